"""ScannerCalibration: what a model needs to know of one scanner, measured on its own benign scans.

One JSON file: the scanner profile with its open beam and spectral factors as found, the conformal
thresholds in force there and the benign scores behind every p-value. It belongs to one model. How
it is measured is in `scanai.measure_scanner`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from scanai.errors import BundleError, InputError
from scanai.input_files import bounded_bytes
from scanai.inspect.bundle import BenignScores, Bundle, Sha256
from scanai.output_files import writing
from scanai.records import from_json
from scanai.scan.profile import ScannerProfile

FORMAT = "scanai-calibration/1"
_MAX_BYTES = 4 * 2**20


class SpectralScale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One factor by which attenuation was found to differ from the profile's."""

    value: float
    source: Literal["ratio of ordinary cargo", "declared masses"]
    scans: int


class ScannerCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: Literal["scanai-calibration/1"] = "scanai-calibration/1"
    model: str
    model_version: str
    model_sha256: Sha256
    """Of the graph that scored the scans: another one scores otherwise."""
    profile: ScannerProfile
    """As the scanner really is: open beam and spectral factors measured."""
    benign: BenignScores
    false_alarm_rate: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    scans: Annotated[int, msgspec.Meta(ge=1)]
    low_energy: SpectralScale | None = None
    """Of the low energy's factors; None: one energy, or as the profile has it."""
    both_energies: SpectralScale | None = None
    not_set: tuple[str, ...] = ()
    """Thresholds that the scans were too few to set: the model's stay in force."""

    def on(self, bundle: Bundle) -> Bundle:
        """The bundle with this scanner's thresholds; BundleError when it is of another model."""
        found = bundle.sha256
        if found != self.model_sha256:
            raise BundleError(
                bundle.path,
                f"the model that {self.profile.name} was calibrated with, {self.model} "
                f"{self.model_version} ({self.model_sha256[:12]})",
                f"another graph ({found[:12]})",
            )
        known = bundle.metadata.operating_point(self.profile.name)
        kept = {} if known.benign is None else known.benign.thresholds
        own = msgspec.structs.replace(self.benign, thresholds=kept | self.benign.thresholds)
        scanners = bundle.metadata.scanners | {self.profile.name: own}
        metadata = msgspec.structs.replace(bundle.metadata, scanners=scanners)
        return replace(bundle, metadata=metadata)


def read_calibration(path: str | Path) -> ScannerCalibration:
    """InputError when the file is no scanner calibration of this format."""
    path = Path(path)
    content = bounded_bytes(path, _MAX_BYTES, "a scanner calibration", InputError)
    return from_json(content, ScannerCalibration, path, f"a {FORMAT} record", InputError)


def write_calibration(calibration: ScannerCalibration, path: str | Path) -> None:
    """InputError where it cannot be written."""
    path = Path(path)
    text = msgspec.json.format(msgspec.json.encode(calibration), indent=2) + b"\n"
    with writing(path):
        path.write_bytes(text)
