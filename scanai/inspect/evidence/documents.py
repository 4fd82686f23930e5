"""Documents: what the manifest alone tells. So far: codes on control lists without a licence."""

from __future__ import annotations

from scanai.inspect.report import Finding
from scanai.manifest import is_controlled
from scanai.manifest.model import Manifest

_LISTS = {
    "common_high_priority": "common high priority list",
    "nuclear": "nuclear trigger and dual-use lists",
    "dense_or_dual_use": "dense and dual-use materials",
}

# Strength of a lead that no benign scans tell the rarity of: a code that is listed as it stands,
# and a short one that covers listed codes among others. Orders the queue, decides nothing.
_LISTED, _COVERED = 0.5, 0.2


def controlled_goods(manifest: Manifest) -> list[Finding]:
    """A lead for each line whose code stands on a control list and that names no licence.

    Six digits that match count; a shorter code covers listed and unlisted goods alike, so that hit
    is marked as not confirmed.
    """
    findings = []
    for number, line in enumerate(manifest.lines, start=1):
        entries = is_controlled(line.hs_code)
        if not entries or line.licence:
            continue
        exact = len(line.hs_code) >= 6
        lists = ", ".join(
            dict.fromkeys(_LISTS.get(e.control_list, e.control_list) for e in entries)
        )
        where = " (found in its description)" if line.code_from == "description" else ""
        hit = "stands on" if exact else "covers codes on"
        findings.append(
            Finding(
                kind="controlled_goods",
                score=_LISTED if exact else _COVERED,
                sentence=(
                    f"Line {number}, HS {line.hs_code}{where}, {hit} a control list ({lists}) and "
                    "no licence is given: a lead to check."
                ),
                confirmed=exact,
            )
        )
    return findings
