"""One line for each scan of a data set: which files it has, and what is in them.

Whoever looks for scans of one sort reads these lines, `scans.jsonl`, and opens only those; whoever
doubts a file compares its hash.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from scanai.synth.dataset import ScanPlan
from scanai.synth.simulate import SimulatedScan
from scanai.synth.truth import TruthBox


class FileRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    """Relative to the data set's folder, with forward slashes."""
    size: int
    """Bytes."""
    sha256: str


class ThreatRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    material: str
    form: str
    volume_cm3: float
    """Of shielding material."""
    wall_mm: float


class ScanRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    index: int
    file: str
    """The scan; relative to the data set's folder."""
    sha256: str
    """Of the scan file."""
    papers: tuple[FileRecord, ...]
    """The files beside it: manifest, truth, and the scanner's profile where it was drawn for this
    scan."""
    size: int
    """Bytes of the scan file."""
    pixels: tuple[int, int, int]
    """(energies, rows, columns)"""
    profile: str
    kind: str
    unit_type: str
    forms: tuple[str, ...]
    """Load forms, the first consignment first."""
    headings: tuple[str, ...]
    """True HS headings of the cargo in the transport unit, sorted."""
    declared_headings: tuple[str, ...]
    mismatch: str
    """What the papers hide beside shields; or nothing."""
    cargo_mass_kg: float
    """True mass of the load, packing included."""
    declared_mass_kg: float | None
    """Of the load; nothing where the papers leave it out."""
    tare_kg: float
    threats: tuple[ThreatRecord, ...]
    """All that are in the scene, in view or not."""
    boxes: tuple[TruthBox, ...]
    """Of what is in view, in pixels of the scan: shields, look-alikes, undeclared goods."""


def record_of(plan: ScanPlan, scan: SimulatedScan, files: list[FileRecord]) -> ScanRecord:
    """files: the scan file first."""
    scene, manifest = scan.scene, scan.manifest
    first, *others = files
    energies, rows, columns = scan.raw.pixels.shape
    return ScanRecord(
        index=plan.index,
        file=first.name,
        sha256=first.sha256,
        size=first.size,
        papers=tuple(others),
        pixels=(energies, rows, columns),
        profile=plan.profile.name,
        kind=plan.spec.kind,
        unit_type=scene.unit.unit_type,
        forms=scene.load_forms,
        headings=tuple(sorted({item.heading for item in scene.objects if item.heading})),
        declared_headings=tuple(sorted({line.hs_code[:4] for line in manifest.lines})),
        mismatch=scene.mismatch,
        cargo_mass_kg=round(float(scan.truth.cargo_mass_kg), 1),
        declared_mass_kg=manifest.declared_mass_kg,
        tare_kg=scene.unit.tare_kg,
        threats=tuple(
            ThreatRecord(
                threat.material,
                threat.form,
                round(float(threat.volume_cm3), 1),
                round(float(threat.wall_mm), 1),
            )
            for threat in scene.threats
        ),
        boxes=(*scan.truth.boxes, *scan.truth.look_alikes, *scan.truth.hidden_goods),
    )


def files_of(record: ScanRecord) -> tuple[FileRecord, ...]:
    """The scan and what lies beside it."""
    return FileRecord(record.file, record.size, record.sha256), *record.papers


def line(record: ScanRecord) -> bytes:
    return msgspec.json.encode(record) + b"\n"


def read_records(path: Path) -> dict[int, ScanRecord]:
    """The records of a file by number. A line that is none, such as a torn last one, is left out:
    its scan counts as not made."""
    if not path.exists():
        return {}
    found: dict[int, ScanRecord] = {}
    for text in path.read_bytes().split(b"\n"):
        try:
            record = msgspec.json.decode(text, type=ScanRecord)
        except msgspec.DecodeError:
            continue
        found[record.index] = record
    return found
