"""Room: does what is declared fit in the transport unit, and in the packages it is said to be in?

From the papers alone, before any picture is looked at: goods are no denser than goods of their
heading are, packages no smaller and no heavier than such packages are, and a unit of the declared
type holds so much and carries so much. What the picture shows of a line is in `line_density`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.packages import kilograms, line_words, package_band, package_kg
from scanai.inspect.report import Evidence, Finding
from scanai.manifest.bands import MOST_TIMES, density_band, package_type_of
from scanai.manifest.model import Line, Manifest
from scanai.manifest.room_inside import RoomInside, room_inside
from scanai.plain_text import mass_words

SCORE = "room"
_SLACK = 1.05
"""Units of one type differ by so much in volume and rating, project estimate."""
_LIGHTEST_KG = 0.005
"""Of one package of anything that is declared by packages, project estimate."""
_LEAST_KG = 1e-9
"""Of one package; less is nothing, and nothing is not divided by."""
_BEYOND_DOUBT = 10.0
"""A package counts as contradiction, and not as a lead only, where it is so many times heavier than
a lead has to be. A light one never does: of all goods there are small parts."""


@dataclass(frozen=True)
class _Excess:
    """One limit and what is declared against it."""

    rule: str
    """Identifier of the limit, as the report has it."""
    times: float
    """How many times over the limit; 1 and less: within."""
    sentence: str
    evidence: tuple[Evidence, ...]
    lead: bool = False
    """Whether it is told, unconfirmed, even where it does not count as contradiction."""


def room_findings(
    manifest: Manifest, point: OperatingPoint
) -> tuple[list[Finding], dict[str, float]]:
    """A finding for each limit that the papers exceed by the threshold; the largest excess.

    The score is the natural logarithm of how many times over; 0 where all fits. Limits that need a
    type of unit, a heading, a mass or a number of packages are left out where the papers lack it.
    """
    if manifest.declared_empty:
        return [], {}
    found = [*_unit_limits(manifest), *_package_limits(manifest, point)]
    least = point.thresholds["room_ratio"]
    findings = []
    for excess in sorted(found, key=lambda one: one.times, reverse=True):
        ratio = math.log(min(max(excess.times, 1.0), MOST_TIMES))
        confirmed = ratio > 0 and ratio >= least
        if confirmed or excess.lead:
            findings.append(_finding(excess, ratio, confirmed, point))
    most = max([1.0, *(one.times for one in found)])
    return findings, {SCORE: math.log(min(most, MOST_TIMES))}


def _finding(excess: _Excess, ratio: float, confirmed: bool, point: OperatingPoint) -> Finding:
    return Finding(
        kind="document_risk",
        score=-math.expm1(-ratio),
        p_value=point.p_value(SCORE, ratio) if confirmed else None,
        sentence=excess.sentence,
        evidence=excess.evidence,
        confirmed=confirmed,
        rule=excess.rule,
        asks_at_most="review",
    )


# --- the transport unit --------------------------------------------------------------------------


def _unit_limits(manifest: Manifest) -> Iterator[_Excess]:
    room = room_inside(manifest.unit_type)
    if room is None:
        return
    if room.closed:
        yield _volume(manifest, room)
    declared = manifest.declared_mass_kg
    if declared is not None:
        times = declared / (room.most_load_kg * _SLACK)
        yield _Excess(
            rule="unit_payload",
            times=times,
            sentence=(
                f"{mass_words(declared)} are declared; a {room.name} carries "
                f"{mass_words(room.most_load_kg)} at most."
            ),
            evidence=(
                Evidence(name="declared mass", value=round(declared), unit="kg"),
                Evidence(name="heaviest load", value=round(room.most_load_kg), unit="kg"),
            ),
            lead=times > 1,
        )


def _volume(manifest: Manifest, room: RoomInside) -> _Excess:
    """All lines together, each by its mass or its packages, whichever takes more room."""
    needs = [_least_m3(line, _line_kg(manifest, line)) for line in manifest.lines]
    total = sum(needs)
    most = max(range(len(needs)), key=needs.__getitem__)
    if total > 0 and needs[most] == total:
        line = manifest.lines[most]
        start = f"{_amount(line, _line_kg(manifest, line))} of line {line_words(most + 1, line)}"
        need = f"{start} would need at least {_cubic(total)}"
    else:
        words = line_words(most + 1, manifest.lines[most])
        need = f"The declared goods would need at least {_cubic(total)}, most of it line {words}"
    return _Excess(
        rule="unit_volume",
        times=total / (room.volume_m3 * _SLACK),
        sentence=f"{need}; a {room.name} holds {_cubic(room.volume_m3)}.",
        evidence=(
            Evidence(name="least volume of the goods", value=round(total, 1), unit="m³"),
            Evidence(name="volume of the unit", value=room.volume_m3, unit="m³"),
        ),
    )


def _least_m3(line: Line, kg: float | None) -> float:
    return max(_by_mass(line, kg), _by_packages(line))


def _by_mass(line: Line, kg: float | None) -> float:
    """m³ that the mass takes at the greatest density of its heading; 0 where it cannot be told."""
    band = density_band(line.hs_code)
    return 0.0 if band is None or kg is None else kg / band.high


def _by_packages(line: Line) -> float:
    """m³ of so many of the smallest packages of that type; 0 where it cannot be told."""
    kind = package_type_of(line.package_type)
    return 0.0 if kind is None or line.packages is None else line.packages * kind.least_m3


def _amount(line: Line, kg: float | None) -> str:
    """What takes the room: the mass, or the packages."""
    kind = package_type_of(line.package_type)
    if kg is not None and (kind is None or _by_mass(line, kg) >= _by_packages(line)):
        return mass_words(kg)
    name = "unknown" if kind is None else kind.name
    return f"{line.packages or 0:,} packages ({name})"


def _line_kg(manifest: Manifest, line: Line) -> float | None:
    """Of a line without its own figure, the gross mass where it is the only one."""
    if line.mass_kg is None and len(manifest.lines) == 1:
        return manifest.gross_mass_kg
    return line.mass_kg


def _cubic(volume_m3: float) -> str:
    return f"{volume_m3:,.0f} m³" if volume_m3 >= 10 else f"{volume_m3:.1f} m³"


# --- single packages -----------------------------------------------------------------------------


def _package_limits(manifest: Manifest, point: OperatingPoint) -> Iterator[_Excess]:
    factor = point.thresholds["package_mass_factor"]
    for number, line in enumerate(manifest.lines, start=1):
        kg = _line_kg(manifest, line)
        if not kg or not line.packages:
            continue
        each = max(kg / line.packages, _LEAST_KG)
        start = f"Line {line_words(number, line)} declares {_counted(line.packages, each)}"
        of_type = _type_limit(line, each, start)
        yield of_type
        unusual = None if of_type.times > 1 else _unusual(line, each, start, factor)
        if unusual is not None:
            yield unusual


def _type_limit(line: Line, each: float, start: str) -> _Excess:
    """One package against what such a package holds and weighs at all."""
    kind = package_type_of(line.package_type)
    band = density_band(line.hs_code)
    # Times over, why, and the limit as evidence; the greatest excess is told.
    limits = [
        (
            _LIGHTEST_KG / each,
            "hardly anything is declared by such packages",
            Evidence(name="lightest package", value=_LIGHTEST_KG, unit="kg"),
        )
    ]
    if kind is not None and math.isfinite(kind.most_kg):
        why = f"such a package ({kind.name}) weighs {package_kg(kind.most_kg)} at most"
        limit = Evidence(name="heaviest such package", value=kind.most_kg, unit="kg")
        limits.append((each / kind.most_kg, why, limit))
    if kind is not None and band is not None and math.isfinite(kind.most_m3):
        holds = kind.most_m3 * band.high
        why = (
            f"such a package ({kind.name}) is {_cubic(kind.most_m3)} at most, which holds "
            f"{package_kg(holds)} of such goods"
        )
        limit = Evidence(name="most that such a package holds", value=round(holds), unit="kg")
        limits.append((each / holds, why, limit))
    times, why, limit = max(limits, key=lambda one: one[0])
    return _Excess("package_limit", times, f"{start}; {why}.", (_each(each), limit))


def _unusual(line: Line, each: float, start: str, factor: float) -> _Excess | None:
    """A lead where the packages are far lighter or heavier than those of the heading."""
    band = package_band(line)
    if band is None:
        return None
    outside = band.times_outside(each, each)
    if outside < factor:
        return None
    return _Excess(
        rule="package_mass_unusual",
        times=each / (band.high * factor * _BEYOND_DOUBT),
        sentence=f"{start}; usual are {kilograms(band)}: a lead to check.",
        evidence=(_each(each),),
        lead=True,
    )


def _each(kg: float) -> Evidence:
    return Evidence(name="mass per package", value=float(f"{kg:.3g}"), unit="kg")


def _counted(packages: int, each: float) -> str:
    if packages == 1:
        return f"1 package of {package_kg(each)}"
    return f"{packages:,} packages of {package_kg(each)} each"
