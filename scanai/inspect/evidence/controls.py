"""Controlled goods: declared lines on control lists, and metals on them that are seen undeclared.

Every finding is a lead to check, never a classification: one HS code covers controlled goods and
others alike. The lists are in `scanai.manifest.controls`; undeclared goods as such are in
`undeclared`, shielding in `shielding`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.shielding import least_z
from scanai.inspect.evidence.wording_checks import says_nothing, short
from scanai.inspect.report import Finding
from scanai.manifest.controls import ControlHit, ControlList, control_hits, shipped_lists
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, group_named
from scanai.manifest.model import Line, Manifest

SCORE = "controls"

# Strength of a lead: orders the queue, decides nothing. Project estimates; no figures are open.
_LICENSED, _COVERED, _LISTED, _VAGUE_COVERED, _VAGUE_LISTED = 0.05, 0.2, 0.5, 0.5, 0.7
_DENSE_GROUPS = ("high_z_metals", "heavy_nonferrous")
"""Of which a picture shows that they are there, and control lists have entries."""


def control_findings(
    manifest: Manifest,
    lists: Sequence[ControlList],
    p_value: Callable[[str, float], float | None],
) -> tuple[list[Finding], dict[str, float]]:
    """A finding for each line with a code on the lists, and the strongest lead among them.

    Not confirmed: where a licence is given, and where the code is too short to say whether it is
    meant. A description that names no goods over such a code makes the lead stronger.
    """
    findings = []
    for number, line in enumerate(manifest.lines, start=1):
        if hits := control_hits(line.hs_code, lists):
            findings.append(_of_line(number, line, hits, p_value))
    strongest = max((finding.score for finding in findings), default=0.0)
    return findings, {SCORE: strongest}


def seen_controlled(
    undeclared: Sequence[tuple[GoodsGroup, Box, float]],
    shielding: Sequence[Finding],
    manifest: Manifest,
    lists: Sequence[ControlList],
    place: Callable[[Box], str],
    heavy_z: float,
) -> list[Finding]:
    """A lead for each place where controlled metals are seen and no line declares such.

    `undeclared`: what each region of undeclared goods looks like, its box, and the score (0 to 1)
    of its finding. `shielding`: findings, of which confirmed heavy metal counts, solid or around a
    hollow: whose whole effective Z lies at `heavy_z` or above. `place`: words for a box, as
    `Context.place` has them. The score is that of what was seen.
    """
    declared = {goods_group_of(line.hs_code).name for line in manifest.lines if line.hs_code}
    seen = [(group, box, score) for group, box, score in undeclared if group.name in _DENSE_GROUPS]
    heavy = group_named("high_z_metals")
    seen += [
        (heavy, finding.region, finding.score)
        for finding in shielding
        if finding.confirmed and finding.region and least_z(finding) >= heavy_z
    ]
    findings = []
    for group, box, score in seen:
        titles = [one.words for one in lists if group.name in _groups(one)]
        if group.name in declared or not titles:
            continue
        findings.append(
            Finding(
                kind="controlled_goods",
                score=score,
                region=box,
                sentence=(
                    f"At {place(box)} it looks like “{group.title.split(':')[0]}”, and no line "
                    f"declares such goods; some of them stand on a control list ({titles[0]}): a "
                    "lead to check."
                ),
            )
        )
    return findings


def lists_in_force(own: Sequence[ControlList]) -> tuple[ControlList, ...]:
    """An administration's own lists first, then those that ship."""
    return (*own, *shipped_lists())


def _groups(one: ControlList) -> frozenset[str]:
    return frozenset(goods_group_of(entry.code).name for entry in one.entries)


def _of_line(
    number: int,
    line: Line,
    hits: Sequence[ControlHit],
    p_value: Callable[[str, float], float | None],
) -> Finding:
    exact = hits[0].exact
    listed = [hit for hit in hits if hit.exact]
    covered = [hit for hit in hits if not hit.exact]
    nothing = says_nothing(line.description)
    stands = [f"stands on a control list ({_named(listed)})"] if listed else []
    stands += [f"covers codes on a control list ({_named(covered)})"] if covered else []
    start = f"Line {number}, HS {line.hs_code}, {' and '.join(stands)}"
    if line.licence:
        score, confirmed = _LICENSED, False
        rest = f"; licence {short(line.licence)} is given: check that it covers these goods."
    elif nothing:
        score, confirmed = (_VAGUE_LISTED if exact else _VAGUE_COVERED), True
        rest = (
            f", no licence is given, and “{short(line.description)}” does not say which goods they "
            "are: a lead to check."
        )
    else:
        score, confirmed = (_LISTED if exact else _COVERED), exact
        rest = " and no licence is given: a lead to check."
    return Finding(
        kind="controlled_goods",
        score=score,
        p_value=p_value(SCORE, score),
        sentence=start + rest,
        confirmed=confirmed,
        rule=_identifier(hits[0]),
        asks_at_most="review",
    )


def _identifier(hit: ControlHit) -> str:
    """List, edition, code and entry of the hit that leads, for machines."""
    one = hit.control_list
    parts = (one.name, one.edition, hit.entry.code, hit.entry.entry)
    return "/".join(part for part in parts if part)


def _named(hits: Sequence[ControlHit]) -> str:
    """The lists with their editions, each once; with the entry where the code is the listed one."""
    named = dict.fromkeys(
        f"{hit.control_list.words}, {hit.entry.entry}"
        if hit.exact and hit.entry.entry
        else hit.control_list.words
        for hit in hits
    )
    return "; ".join(list(named)[:3]) + ("; and others" if len(named) > 3 else "")
