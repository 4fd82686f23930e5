"""Changes: what would lead to another verdict.

Each reason that carried a verdict is left out in turn and the rest is weighed again; where no
single one makes a difference, the weightiest are left out together. How a matter could be settled
is said only of what made one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.carrying import MAX_CARRYING, Carrier, how_many, noun_of
from scanai.inspect.families import ONE_MATTER, Family
from scanai.inspect.policy import RANK, weigh
from scanai.inspect.report import DECLARATION_UNUSED, Decision, Finding, FindingKind
from scanai.plain_text import mass_words

_DENSE = "A second view, or a look at the place that is marked, would settle the {noun}."
_SETTLED_BY: dict[FindingKind, str] = {
    "high_z_shielding": _DENSE,
    "dense_block": _DENSE,
    "hidden_cavity": _DENSE,
    "opaque_region": "A second view or opening the doors would settle the opaque part.",
    "undeclared_goods": (
        "A corrected declaration that names these goods, or opening the doors, would settle them."
    ),
    "mass_mismatch": "A weighing would settle the mass.",
    "empty_mismatch": "Opening the doors would settle whether there is a load.",
    "document_risk": "Corrected papers would settle the document risk.",
    "radiation_alarm": "A second passage or a hand-held reading would settle the radiation alarm.",
    "unknown_anomaly": "A second scan would tell whether the picture or the load is unusual.",
    "image_quality": "A better scan would settle the faults of the picture.",
}


def would_change(
    decision: Decision,
    carried: Sequence[Carrier],
    families: Sequence[Family],
    point: OperatingPoint,
) -> tuple[str, ...]:
    """Sentences, those that matter most first. `carried`: the reasons, where it is not clear."""
    if decision == "clear":
        return tuple(_nearest(families))
    named = carried[:MAX_CARRYING]
    decisive = [
        ([one], lower)
        for one in named
        if RANK[lower := _without([one], families, point)] < RANK[decision]
    ]
    if not decisive:
        decisive = _together(decision, named, families, point)
    if not decisive:
        return (f"No single reason decides it: without those named it would still be {decision}.",)
    sentences = [f"Without the {_list(left)} it would be {lower}." for left, lower in decisive]
    settled = (one for left, _ in decisive for one in left)
    return (*sentences, *dict.fromkeys(text for one in settled for text in _settled(one)))


def _without(
    left: Sequence[Carrier], families: Sequence[Family], point: OperatingPoint
) -> Decision:
    names = {one.family.name for one in left}
    names |= ONE_MATTER if names & ONE_MATTER else set()
    rest = [family.left_out() if family.name in names else family for family in families]
    return weigh(rest, point)


def _together(
    decision: Decision,
    named: Sequence[Carrier],
    families: Sequence[Family],
    point: OperatingPoint,
) -> list[tuple[list[Carrier], Decision]]:
    for count in range(2, len(named) + 1):
        left = list(named[:count])
        lower = _without(left, families, point)
        if RANK[lower] < RANK[decision]:
            return [(left, lower)]
    return []


def _list(left: Sequence[Carrier]) -> str:
    nouns = list(dict.fromkeys(one.noun for one in left))
    return " and the ".join(filter(None, (", the ".join(nouns[:-1]), nouns[-1])))


def _settled(carrier: Carrier) -> list[str]:
    """How the matter could be settled, by the kind of its finding."""
    finding = carrier.finding
    if finding is None:
        return []
    if finding.kind == "controlled_goods":
        return [_licences(carrier.family.findings)]
    if finding.rule == DECLARATION_UNUSED:
        return ["The declaration of this unit, in a form that can be read, would settle it."]
    text = _SETTLED_BY[finding.kind].format(noun=carrier.noun)
    fits = _mass_that_fits(finding) if finding.kind == "mass_mismatch" else []
    return [*fits, text]


def _mass_that_fits(finding: Finding) -> list[str]:
    """The declared masses that would agree with the picture."""
    for item in finding.evidence:
        if item.name != "mass of goods" or item.low is None:
            continue
        span = f"of at least {mass_words(item.low)}"
        if item.high is not None:
            span = f"of {mass_words(item.low)} to {mass_words(item.high)}"
        return [f"A declared mass {span} would agree with the picture."]
    return []


def _licences(findings: Sequence[Finding]) -> str:
    lines = [found[1] for one in findings if (found := re.match(r"Line (\d+)\b", one.sentence))]
    if not lines:
        return "A licence reference would settle the control lead."
    if len(lines) == 1:
        return f"A licence reference for line {lines[0]} would settle the control lead."
    which = f"{', '.join(lines[:-1])} and {lines[-1]}"
    return f"Licence references for lines {which} would settle the control leads."


def _nearest(families: Sequence[Family]) -> list[str]:
    """Of a clear scan: the evidence that is rarest among benign scans, and how rare."""
    rare = [(one.entered_p, one) for one in families if one.entered_p]
    p_value, rarest = min(rare, key=lambda pair: pair[0], default=(1.0, None))
    if rarest is None or p_value >= 0.5:
        return []
    return [f"Nearest to a review: the {noun_of(rarest, None)}; {how_many(rarest)} as high."]
