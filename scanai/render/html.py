"""HTML pages: one report, and the index of a batch sorted by urgency.

Pages are complete in themselves: style, script and picture are inside, a content security policy
forbids everything else, and nothing is fetched. Manifests are hostile input, so templates escape
everything but the style and script of this package. The picture is laid under boxes that are page
elements, so that they can be pointed at, hidden and zoomed.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scanai.inspect.report import Finding, LinePlausibility, MassEstimate, Report
from scanai.manifest.bands import package_type_of
from scanai.manifest.model import Line, Manifest
from scanai.plain_text import mass_words
from scanai.render import words
from scanai.render.labels import Box, Place, place_labels
from scanai.render.portal import plot_portal, portal_sentences
from scanai.render.pseudo_colour import MATERIAL_CLASSES, NEUTRAL
from scanai.scan.model import ImageQuality

PAGE_MARK = '<meta name="generator" content="ScanAI">'
"""Tells the pages of this module from others."""


# Pixels of the page's picture on a usual screen, where labels are laid out. They shrink and grow
# with the picture up to this size, so that they keep apart at any other.
_STAGE_WIDTH, _STAGE_HEIGHT = 1240, 440
_LABEL_PX = 12
_MOST_LINES = 500
"""Of a declaration, in the table of a page: nobody reads more, and browsers choke on them."""
_LEAST_CORRECTION = 0.01
"""Of the mass of goods, from which its correction is told."""
# Mean of the letters of a kind in bold DejaVu Sans, the widest face that screens usually have; the
# page cuts off what is wider still.
_LETTER_PX, _LABEL_MARGIN_PX, _LABEL_HEIGHT_PX = 8.1, 16, 20
_CROWDED = 4
"""With more boxes than this only numbers are shown until one is pointed at."""


@dataclass(frozen=True)
class IndexEntry:
    """One scan of a batch."""

    name: str
    """Of its files, without suffix."""
    report: Report
    thumbnail: bytes
    """JPEG"""


@dataclass(frozen=True)
class PageLabel:
    """A label on the page's picture; its room and its leader are laid out on the stage."""

    number: int
    """Of its finding."""
    finding: Finding
    place: Place


class QualityWords(NamedTuple):
    notes: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


def report_page(name: str, report: Report, manifest: Manifest | None, picture: bytes) -> str:
    """The page of one scan. `picture` is the pseudo-coloured scan without boxes as JPEG.

    `name` is that of the report's files, for links to the JSON and the annotated picture beside.
    """
    script = _own_text("viewer.js")
    boxes = sum(finding.region is not None for finding in report.findings)
    stage = stage_size(report)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            name=name,
            report=report,
            manifest=manifest,
            fits={fit.line: fit for fit in report.lines},
            most_lines=_MOST_LINES,
            picture=_data_uri(picture),
            stage=stage,
            label_share=f"{100 * _LABEL_PX / stage[0]:.3f}",
            labels=page_labels(report, stage, crowded=boxes > _CROWDED),
            crowded=boxes > _CROWDED,
            dual=len(report.energies_mv) > 1,
            aspect=aspect(report),
            scale=mass_scale(report.mass),
            plot=None if report.radiation is None else plot_portal(report.radiation),
            interval_note=words.INTERVAL_NOTE if has_intervals(report) else None,
            quality=quality_words(report.image_quality),
            classes=MATERIAL_CLASSES,
            neutral=NEUTRAL,
            style=_own_text("style.css"),
            script=script,
            policy=_policy(script),
        )
    )


def index_page(entries: Sequence[IndexEntry], errors: Sequence[str] = ()) -> str:
    """The index: the most urgent first, then what could not be read."""
    ordered = sorted(entries, key=lambda entry: -entry.report.verdict.urgency)
    counts = Counter(entry.report.verdict.decision for entry in ordered)
    rows = [
        {
            "name": entry.name,
            "report": entry.report,
            "aspect": aspect(entry.report),
            "thumbnail": _data_uri(entry.thumbnail),
        }
        for entry in ordered
    ]
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            entries=rows,
            counts={kind: counts[kind] for kind in ("inspect", "review", "clear") if counts[kind]},
            errors=errors,
            style=_own_text("style.css"),
            policy=_policy(None),
        )
    )


def aspect(report: Report) -> str:
    """Width over height of the scan as it is in space, where the pitch is known."""
    return f"{_aspect(report):.4f}"


def stage_size(report: Report) -> tuple[int, int]:
    """Width and height of the page's picture on a usual screen."""
    width = min(_STAGE_WIDTH, round(_STAGE_HEIGHT * _aspect(report)))
    return width, max(round(width / _aspect(report)), 1)


def page_labels(report: Report, stage: tuple[int, int], *, crowded: bool) -> list[PageLabel]:
    """Labels of the findings that have a box, where they hide no other label at any zoom."""
    boxed = [
        (number, finding, _on_stage(finding.region, report, stage))
        for number, finding in enumerate(report.findings, 1)
        if finding.region is not None
    ]
    texts = [
        f"{number}" if crowded else words.box_label(number, finding) for number, finding, _ in boxed
    ]
    widths = [round(_LETTER_PX * len(text)) + _LABEL_MARGIN_PX for text in texts]
    places = place_labels(
        [box for _, _, box in boxed],
        [(min(width, stage[0]), _LABEL_HEIGHT_PX) for width in widths],
        stage,
        gap=4,
    )
    return [
        PageLabel(number, finding, place)
        for (number, finding, _), place in zip(boxed, places, strict=True)
        if place is not None
    ]


def _aspect(report: Report) -> float:
    _, height, width = report.shape
    along, across = report.pitch_mm if min(report.pitch_mm) > 0 else (1.0, 1.0)
    return width * along / (height * across)


def _on_stage(region: Box, report: Report, stage: tuple[int, int]) -> Box:
    _, height, width = report.shape
    x, y = stage[0] / width, stage[1] / height
    return round(region[0] * x), round(region[1] * y), round(region[2] * x), round(region[3] * y)


def has_intervals(report: Report) -> bool:
    return any(words.interval(item) for finding in report.findings for item in finding.evidence)


def mass_scale(estimate: MassEstimate | None) -> float:
    """End of the axis that seen and declared mass are drawn on, kg."""
    if estimate is None:
        return 1.0
    return 1.1 * max(estimate.high_kg, estimate.cargo_kg, estimate.declared_kg or 0.0, 1.0)


def mass_sentence(estimate: MassEstimate) -> str:
    seen = f"Estimated {mass_words(estimate.cargo_kg)}"
    if estimate.lower_bound_only:
        seen += f", at least {mass_words(estimate.low_kg)}: {_behind(estimate)}"
    else:
        seen += f", 95 % interval {mass_words(estimate.low_kg)} to {mass_words(estimate.high_kg)}"
    declared = (
        "no mass declared"
        if estimate.declared_kg is None
        else f"declared {mass_words(estimate.declared_kg)}"
    )
    weight = mass_words(estimate.tare_kg)
    tare = {
        "manifest": f"tare {weight} as declared",
        "standard": f"tare {weight}, standard for the type of unit",
        "length": f"tare {weight}, guessed from the unit's length in the picture",
        "none": "tare unknown",
    }[estimate.tare_from]
    return f"{seen}; {declared}; {tare}.{_correction(estimate)}{_height(estimate)}"


def _behind(estimate: MassEstimate) -> str:
    if estimate.opaque_kg < _LEAST_CORRECTION * estimate.cargo_kg:
        return "part of the cargo is opaque"
    return f"{mass_words(estimate.opaque_kg)} of goods and unit lie behind opaque parts, a guess"


def _correction(estimate: MassEstimate) -> str:
    kg = estimate.corrected_kg
    if abs(kg) < _LEAST_CORRECTION * estimate.cargo_kg or estimate.cargo_kg <= 0:
        return ""
    more = "more" if kg > 0 else "less"
    return (
        f" {mass_words(abs(kg))} {more} than areal density adds up to: goods that look like these "
        f"weigh {more}."
    )


def _height(estimate: MassEstimate) -> str:
    kg = estimate.height_kg
    if kg < _LEAST_CORRECTION * estimate.cargo_kg or estimate.cargo_kg <= 0 or kg <= 0:
        return ""
    return (
        f" Of the interval, some {mass_words(kg)} either way come of how high the load reaches, "
        "which this view does not show."
    )


def manifest_facts(manifest: Manifest) -> list[tuple[str, str]]:
    """What the declaration says beside its lines; nothing for what it leaves out."""
    parties = ", ".join(
        f"{party.role}: {' '.join(part for part in (party.name, party.country) if part)}"
        for party in manifest.parties
    )
    facts = (
        ("Transport unit", " ".join(part for part in (manifest.unit, manifest.unit_type) if part)),
        ("Regime", (manifest.regime or "").replace("_", " ")),
        ("Route", " → ".join(manifest.route)),
        ("Parties", parties),
        ("Gross mass", _mass_or_nothing(manifest.gross_mass_kg)),
        ("Tare", _mass_or_nothing(manifest.tare_kg)),
        ("Seals", ", ".join(manifest.seals)),
    )
    return [(term, value) for term, value in facts if value]


def line_facts(line: Line) -> str:
    packages = f"{line.packages:,} {_package_words(line)}" if line.packages else ""
    origin = f"origin {line.origin}" if line.origin else ""
    licence = f"licence {line.licence}" if line.licence else ""
    bill = f"bill {line.bill}" if line.bill else ""
    found = "HS code found in the description" if line.code_from == "description" else ""
    return " · ".join(part for part in (packages, origin, licence, bill, found) if part)


def seen_for_line(fit: LinePlausibility, lower_bound: bool) -> str:
    """What is seen of a line's goods, and of one of its packages."""
    parts = []
    if fit.seen_kg:
        parts.append(_with_ends(fit.seen_kg, fit.seen_kg_low, fit.seen_kg_high, lower_bound))
    if fit.seen_kg_per_package:
        ends = fit.seen_kg_per_package_low, fit.seen_kg_per_package_high
        parts.append(f"{_with_ends(fit.seen_kg_per_package, *ends, lower_bound)} a package")
    return f"Seen: {', '.join(parts)}." if parts else ""


def _with_ends(kg: float, low: float | None, high: float | None, lower_bound: bool) -> str:
    if low is None or high is None:
        return _kg(kg)
    if lower_bound:
        return f"at least {_kg(max(low, 0.0))}"
    return f"{_kg(kg)} ({_kg(max(low, 0.0))} to {_kg(high)})"


def _kg(kg: float) -> str:
    """Of a package too, which may weigh grams."""
    return mass_words(kg) if kg >= 10 else f"{words.quantity(kg)} kg"


def _package_words(line: Line) -> str:
    """The code with its name, where it is known."""
    kind = package_type_of(line.package_type)
    name = f" ({kind.name})" if kind is not None else ""
    return f"{line.package_type or 'packages'}{name}"


def quality_words(quality: ImageQuality) -> QualityWords:
    """Image quality as notes and named values; what is nil is left out."""
    rows: list[tuple[str, str]] = []
    for lost, title in (
        (quality.dead_rows, "Dead detector rows"),
        (quality.missing_columns, "Missing columns"),
    ):
        counts = [len(numbers) for numbers in lost]
        if any(counts):
            rows.append((title, _by_energy(counts)))
    for share, title in (
        (quality.zero_share, "Pixels without signal"),
        (quality.hot_pixel_share, "Hot pixels"),
        (quality.saturated_share, "Saturated pixels"),
        (quality.starved_share, "At the noise floor"),
    ):
        if share > 0:
            rows.append((title, words.share(share)))
    if quality.stripe_percent > 0:
        rows.append(("Beam output", f"{quality.stripe_percent:.1f} % drift, corrected"))
    if quality.open_beam:
        origin = quality.open_beam_from.replace("_", " ")
        levels = " / ".join(f"{level:,.0f}" for level in quality.open_beam)
        rows.append(("Open beam", f"{levels} counts, from {origin}"))
    return QualityWords(quality.notes, tuple(rows))


def _by_energy(counts: list[int]) -> str:
    if len(counts) == 1:
        return f"{counts[0]}"
    return f"{counts[0]} at the high energy, {counts[1]} at the low one"


def _mass_or_nothing(kilograms: float | None) -> str:
    return "" if kilograms is None else mass_words(kilograms)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("scanai.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.globals["page_mark"] = Markup(PAGE_MARK)
    environment.filters |= {
        "amount": words.amount,
        "box_label": lambda finding, number: words.box_label(number, finding),
        "box_words": words.box_words,
        "not_confirmed": words.not_confirmed,
        "combination": words.combination,
        "decision_title": words.DECISION_TITLES.__getitem__,
        "energies": words.energies,
        "findings_count": words.findings_count,
        "interval": words.interval,
        "kind_title": words.KIND_TITLES.__getitem__,
        "line_facts": line_facts,
        "manifest_facts": manifest_facts,
        "mass": mass_words,
        "mass_sentence": mass_sentence,
        "seen_for_line": seen_for_line,
        "p_value": words.p_value,
        "portal_sentences": portal_sentences,
        "quantity": words.quantity,
        "share": words.share,
        "step_row": words.step_row,
    }
    return environment


@cache
def _own_text(name: str) -> Markup:
    """Style or script of this package: the only text that is not escaped."""
    return Markup(files("scanai.render").joinpath("templates", name).read_text("utf-8"))


def _policy(script: str | None) -> str:
    """Content security policy: nothing from outside, and no script but the one that is hashed."""
    allowed = ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"]
    if script is not None:
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        allowed.append(f"script-src 'sha256-{digest}'")
    return "; ".join(allowed)


def _data_uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + b64encode(jpeg).decode()
