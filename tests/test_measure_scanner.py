"""A scanner measured on its own benign scans: factors found again, thresholds for the rate."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from scanai import measure_scanner
from scanai.calibrate_command import _one_scanner
from scanai.cli import main
from scanai.errors import BundleError, InputError, ManifestError
from scanai.inspect.bundle import load_bundle
from scanai.inspect.inspector import Inspector
from scanai.inspect.report import MassEstimate
from scanai.inspect.scanner_calibration import ScannerCalibration, read_calibration
from scanai.measure_scanner import ScanSeen, fitted_profile, look_at_scan
from scanai.resources import model_bundle_dir
from scanai.scan import load_profile, read_scan
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.shards import write_dataset

PROFILE = load_profile("relocatable-6-4")
COUNT = 20


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Narrow benign scans of one scanner, with their declarations."""
    folder = tmp_path_factory.mktemp("benign")
    recipe = DatasetRecipe(
        seed=31,
        count=COUNT,
        profiles=("relocatable-6-4",),
        kinds={"benign": 1.0},
        unit_types=("20",),
        x_window_px=320,
    )
    write_dataset(recipe, folder, 1, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def calibration(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("calibration") / "own.json"
    assert main(["calibrate", str(scans), "--out", str(out)]) == 0
    return out


def test_calibration_holds_thresholds_for_the_rate_and_the_scores_behind(calibration: Path) -> None:
    found = read_calibration(calibration)
    assert found.profile.name == "relocatable-6-4"
    assert (found.scans, found.benign.scans, found.false_alarm_rate) == (COUNT, COUNT, 0.05)
    assert "opaque_area" in found.benign.thresholds
    assert set(found.not_set).isdisjoint(found.benign.thresholds)
    for score, quantiles in found.benign.quantiles.items():
        assert list(quantiles) == sorted(quantiles), score


def test_inspection_takes_the_calibration_for_scans_of_its_scanner(
    calibration: Path, scans: Path, tmp_path: Path
) -> None:
    found = read_calibration(calibration)
    own = msgspec.structs.replace(
        found.benign, thresholds=found.benign.thresholds | {"opaque_area": 12345.0}
    )
    inspector = Inspector(calibration=msgspec.structs.replace(found, benign=own))
    scan = read_scan(next(scans.rglob("*.tiff")))
    report = inspector.inspect(scan)
    assert report.thresholds["opaque_area"] == 12345.0
    bundle = replace(load_bundle(model_bundle_dir()), lumps=b"a graph")
    assert found.on(bundle).lumps == b"a graph"
    other = replace(scan, profile=msgspec.structs.replace(PROFILE, name="another"))
    assert inspector.inspect(other).thresholds["opaque_area"] != 12345.0


def test_command_line_inspects_by_the_calibration(
    calibration: Path, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(next(scans.rglob("*.tiff")))
    assert main(["inspect", path, "--calibration", str(calibration), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    own = read_calibration(calibration).benign.thresholds
    assert report["thresholds"]["opaque_area"] == own["opaque_area"]


def test_a_calibration_of_another_model_is_refused(calibration: Path, tmp_path: Path) -> None:
    found = read_calibration(calibration)
    with pytest.raises(BundleError, match="the model that relocatable-6-4 was calibrated with"):
        Inspector(calibration=msgspec.structs.replace(found, model_sha256="1" * 64))


@pytest.mark.parametrize("text", ["", "{}", '{"format": "scanai-bundle/1"}', "[1, 2", "3"])
def test_what_is_no_calibration_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.json: expected "):
        read_calibration(path)


def test_too_few_scans_are_told_with_the_number_that_it_takes(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "own.json"
    arguments = ["calibrate", str(scans), "--out", str(out), "--false-alarm-rate", "0.01"]
    assert main(arguments) == 2
    assert "at least 99 benign scans for a false alarm rate of 0.01, found 20" in (
        capsys.readouterr().err
    )
    assert not out.exists()


def test_a_scan_whose_manifest_cannot_be_read_is_told_and_left_out(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = Path(shutil.copytree(scans, tmp_path / "scans"))
    broken = min(copied.rglob("*.manifest.json"))
    broken.write_text("{")
    out = tmp_path / "own.json"
    assert main(["calibrate", str(copied), "--out", str(out)]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "error " in line]
    assert len(errors) == 1
    assert errors[0].startswith(f"error    {broken}: expected ")
    assert read_calibration(out).scans == COUNT - 1


def test_a_manifest_of_another_unit_is_named_by_its_file(scans: Path, tmp_path: Path) -> None:
    path = min(scans.rglob("*.tiff"))
    scan, manifest = tmp_path / "a.tiff", tmp_path / "a.manifest.json"
    shutil.copy(path, scan)
    manifest.write_text('{"format": "scanai-manifest/1", "unit": "TESU0000013", "lines": []}')
    with pytest.raises(ManifestError) as caught:
        look_at_scan(scan, Inspector(), None)
    assert caught.value.source == str(manifest)


def test_a_calibration_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", "none.tiff", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"scanai: {tmp_path}: expected a file to write to, found Is a directory\n"
    )


def test_scans_of_two_scanners_are_refused(scans: Path, tmp_path: Path) -> None:
    own = read_scan(next(scans.rglob("*.tiff"))).profile
    assert own is not None
    with pytest.raises(InputError, match=r"scans of one scanner, found a \(1\), b \(2\)"):
        _one_scanner({"a": (own, "1"), "b": (own, "2")})


def _seen(z: float, mass: float | None = None) -> ScanSeen:
    """Effective Z falls as the low energy is taken to attenuate less."""
    curve = tuple(z - 60 * (measure_scanner._SCALES - 1))
    return ScanSeen(curve, (51_000.0, 49_000.0), mass)


def test_low_energy_is_scaled_until_light_loads_are_light() -> None:
    rng = np.random.default_rng(0)
    # As if the low energy attenuated 5 % more than the profile says: all seems lighter by 3.
    seen = [_seen(9.6 - 3 + abs(rng.normal(0, 6))) for _ in range(200)]
    seen += [_seen(9.6 - 3)] * 40
    fitted, low, both = fitted_profile(PROFILE, [_seen(6.6), *seen])
    assert low is not None
    assert both is None
    assert low.value == pytest.approx(0.95, abs=0.006)
    assert fitted.spectral[1].compton == pytest.approx(PROFILE.spectral[1].compton * low.value)
    assert fitted.spectral[0] == PROFILE.spectral[0]
    assert fitted.open_beam_counts == (51_000.0, 49_000.0)


def test_declared_masses_scale_both_energies() -> None:
    fitted, low, both = fitted_profile(PROFILE, [_seen(9.6, 1.08)] * 12)
    assert low is None
    assert both is not None
    assert both.value == pytest.approx(1.08)
    for new, old in zip(fitted.spectral, PROFILE.spectral, strict=True):
        assert new.pair == pytest.approx(old.pair * 1.08)


def weighed(seen_kg: float, height_kg: float) -> SimpleNamespace:
    """A report on 8 t of declared goods in a unit of 2 t."""
    return SimpleNamespace(
        mass=MassEstimate(
            cargo_kg=seen_kg,
            low_kg=0.0,
            high_kg=1e5,
            lower_bound_only=False,
            height_kg=height_kg,
            declared_kg=8000.0,
            tare_kg=2000.0,
            tare_from="manifest",
        )
    )


def test_what_hangs_on_the_height_of_loads_is_no_scale_of_the_scanner() -> None:
    assert measure_scanner._scale_ratio(weighed(9000.0, 0.0)) == pytest.approx(1.1)
    assert measure_scanner._scale_ratio(weighed(9000.0, 1000.0)) is None


def test_mass_error_is_what_the_height_of_loads_does_not_explain() -> None:
    def error(height_kg: float) -> float:
        reports = [weighed(9000.0, height_kg)] * measure_scanner._MASS_SCANS
        return measure_scanner._mass_error(reports)["mass_error"]

    assert error(0.0) == pytest.approx(0.1)
    assert error(600.0) == pytest.approx(0.08)
    assert error(2000.0) == 0.0


def test_what_lies_within_the_error_is_left_and_so_is_what_few_scans_say() -> None:
    assert fitted_profile(PROFILE, [_seen(9.6, 1.005)] * 12)[1:] == (None, None)
    assert fitted_profile(PROFILE, [_seen(2.0, 1.3)] * 9)[1:] == (None, None)


def test_round_trip(calibration: Path) -> None:
    found = read_calibration(calibration)
    again = msgspec.json.decode(msgspec.json.encode(found), type=ScannerCalibration)
    assert again == found
