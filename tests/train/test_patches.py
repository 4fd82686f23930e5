"""Patches: the strange place is what benign scans do not show, and the weights have a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from benchmark_making import write_benchmark
from torchvision.models import resnet18

from scanai import cli
from scanai.errors import InputError, RecipeError
from scanai.resources import model_bundle_dir
from scanai.scan import load_profile
from scanai.scan.model import Scan
from scanai.train import bench_patches as bench
from scanai.train.figures import detector_of
from scanai.train.patch_features import CHANNELS, features_of, patch_network, weights_key
from scanai.train.patches import covering, patch_bank, patch_regions, strangeness
from scanai.train.trial_lines import read_lines

BUNDLE = model_bundle_dir("scanai-v1")
BLOCK = (200, 120, 232, 160)


@pytest.fixture
def scan() -> Callable[..., Scan]:
    """Goods of attenuation 1, some of them striped, in air; now and then a block of 2 more."""

    def made(seed: int, block: bool = False, energies: int = 2) -> Scan:
        rng = np.random.default_rng(seed)
        attenuation = rng.normal(0, 0.02, (energies, 300, 400)).astype(np.float32)
        attenuation[:, 60:280, 30:370] += 1.0
        attenuation[:, 60:280:16, 30:150] += 0.5
        if block:
            x0, y0, x1, y1 = BLOCK
            attenuation[:, y0:y1, x0:x1] += 2.0
        profile = load_profile("portal-6-4" if energies == 2 else "mobile-4")
        return Scan(
            source="made-up",
            transmission=np.exp(-attenuation),
            valid=np.ones((300, 400), np.bool_),
            quantity="transmission",
            profile=profile,
            energies_mv=profile.energies_mv,
            pitch_mm=(5.0, 4.0),
            noise_floor=1e-4,
        )

    return made


@pytest.mark.parametrize("energies", [1, 2])
def test_the_best_region_is_what_no_benign_scan_has(
    scan: Callable[..., Scan], energies: int
) -> None:
    network = patch_network(None)
    benign = [scan(seed, energies=energies) for seed in range(3)]
    bank = patch_bank(benign, network, 0, patches=200, per_scan=300)
    assert bank.shape == (200, CHANNELS)
    regions = patch_regions(scan(9, block=True, energies=energies), network, bank)
    (x0, y0, x1, y1), best = regions[0]
    assert BLOCK[0] <= (x0 + x1) / 2 < BLOCK[2]
    assert BLOCK[1] <= (y0 + y1) / 2 < BLOCK[3]
    assert best > 1.5 * patch_regions(scan(10, energies=energies), network, bank)[0][1]
    assert [score for _, score in regions] == sorted((s for _, s in regions), reverse=True)


def test_a_patch_of_the_bank_is_not_strange(scan: Callable[..., Scan]) -> None:
    features = features_of(scan(1), patch_network(None))
    # 300 rows of 4 mm and 400 columns of 5 mm, at 5 mm and stride 8.
    assert features.shape == (30, 50, CHANNELS)
    own = np.repeat(features.reshape(-1, CHANNELS), 3, axis=0)
    far = own + 10
    assert strangeness(features, own).max() < 0.1
    assert strangeness(features, far).min() > 1


def test_the_bank_has_what_is_rare() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(0, 0.01, (1000, CHANNELS)).astype(np.float32)
    points[[7, 500]] += np.array([[5.0], [-5.0]], np.float32)
    assert {7, 500} < set(covering(points, 3, rng).tolist())
    assert len(covering(points[:2], 5, rng)) == 2


def test_weights_come_from_a_file_or_a_fixed_seed(
    scan: Callable[..., Scan], tmp_path: Path
) -> None:
    state = torch.random.get_rng_state()
    first, again = (features_of(scan(1), patch_network(None)) for _ in range(2))
    assert np.array_equal(first, again)
    assert torch.equal(torch.random.get_rng_state(), state)
    path = tmp_path / "resnet18.pth"
    torch.save(resnet18(weights=None).state_dict(), path)
    assert not np.array_equal(features_of(scan(1), patch_network(path)), first)
    assert weights_key(path) != weights_key(None)


def test_a_file_of_other_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(InputError, match="expected the state dict of torchvision's resnet18"):
        patch_network(path)
    path.write_bytes(b"no weights")
    with pytest.raises(InputError, match="expected the state dict of torchvision's resnet18"):
        patch_network(path)
    with pytest.raises(InputError, match="expected a readable file"):
        patch_network(tmp_path / "none.pth")


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    """A few narrow scans of one scanner."""
    return write_benchmark(tmp_path / "few.toml", 710_007, 9)


def test_a_run_is_written_and_goes_on_where_it_was(
    benchmark: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    command = ["bench", "patches", str(BUNDLE), str(benchmark), "--out", str(out)]
    command += ["--first", "8", "--bank", "2", "--workers", "1"]
    assert cli.main(command) == 0
    printed = capsys.readouterr().out
    assert "patches, random weights" in printed
    (lines,) = out.glob("*.jsonl")
    whole = lines.read_bytes()
    lines.write_bytes(whole[:-100])
    bank = next(out.glob("*.npy"))
    written = bank.stat().st_mtime_ns
    assert cli.main([*command, "--format", "json"]) == 0
    result = msgspec.json.decode(capsys.readouterr().out, type=bench.PatchResult)
    assert result == msgspec.json.decode(
        (out / bench.RESULT_FILE).read_bytes(), type=bench.PatchResult
    )
    assert bank.stat().st_mtime_ns == written
    kept = whole.splitlines()[:-1]
    assert lines.read_bytes().splitlines()[:-1] == kept
    assert sum(result.scans.values()) == 8
    assert result.weights == "random, seed 0"
    assert (result.bank_seed, result.bank_scans) == (bench.BANK_SEED, 2)
    assert list(result.detectors) == [
        "scanai-v1",
        "patches, random weights",
        "attenuation",
        "segments",
    ]
    row = result.detectors["patches, random weights"]
    assert row.milliseconds is not None
    assert row.milliseconds > 0
    trials = [one.trial for one in read_lines(lines, bench.PatchTrial).values()]
    assert row.roc_area == round(detector_of(trials, bench.NAME).roc_area(), 4)
    assert row.detection.keys() == {*bench._ROWS}
    for figure in row.detection.values():
        assert figure.low <= figure.value <= figure.high


def test_the_bank_is_of_the_training_trade_and_never_of_the_benchmark(
    benchmark: Path, tmp_path: Path
) -> None:
    from scanai.inspect.bundle import load_bundle
    from scanai.synth.dataset import read_recipe
    from scanai.train.recipe import parse_recipe

    metadata, recipe = load_bundle(BUNDLE).metadata, read_recipe(benchmark)
    bank = bench._bank_recipe(metadata, recipe, 5)
    trained = parse_recipe(metadata.recipe, "recipe")
    assert (bank.count, bank.kinds, bank.seed) == (5, {"benign": 1.0}, bench.BANK_SEED)
    assert bank.profiles == trained.profiles
    assert bank.without_headings == trained.without_headings
    write_benchmark(benchmark, bench.BANK_SEED, 9)
    with pytest.raises(RecipeError, match="a seed other than the bank's"):
        bench.bench_patches(BUNDLE, benchmark, tmp_path, first=2)
