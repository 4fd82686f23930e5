"""Releases: arguments are checked before any work, and a bundle is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from scanai.errors import BundleError, InputError
from scanai.inspect.bundle import load_bundle
from scanai.train import release
from scanai.train.checkpoint import Checkpoint, save_checkpoint
from scanai.train.network import ShieldingNetwork
from scanai.train.recipe import TrainingRecipe
from scanai.train.release import export_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, recipe: TrainingRecipe, recipe_text: str) -> Path:
    folder = tmp_path_factory.mktemp("run")
    torch.manual_seed(0)
    weights = ShieldingNetwork(recipe.size).state_dict()
    save_checkpoint(Checkpoint(recipe_text, 1, weights, {}, {}), folder)
    return folder


def export(run: Path, out: Path, benign_scans: int = 0, version: str = "0.1.0") -> None:
    export_run(run, out, name="tiny", version=version, benign_scans=benign_scans)


@pytest.mark.parametrize("scans", [-1, 1, 48])
def test_refuses_too_few_scans_before_anything_is_made(
    tmp_path: Path, run: Path, scans: int
) -> None:
    with pytest.raises(InputError) as caught:
        export(run, tmp_path / "new" / "bundle", scans)
    assert str(caught.value) == (
        "thresholds for a false alarm rate of 0.02: expected at least 49 benign scans, or 0 for "
        f"the initial thresholds, found {scans}"
    )
    assert list(tmp_path.iterdir()) == []


def test_replaces_an_earlier_bundle_and_its_metrics(tmp_path: Path, run: Path) -> None:
    out = tmp_path / "bundle"
    export(run, out)
    (out / "metrics.json").write_text("{}")
    export(run, out, version="0.2.0")
    assert load_bundle(out).metadata.version == "0.2.0"
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md", "bundle.json", "model.onnx", "weights.pt",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == [out]


def test_failure_on_the_way_leaves_the_earlier_bundle_and_nothing_else(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bundle"
    export(run, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail(bundle: Path, **_: object) -> None:
        assert load_bundle(bundle).metadata.version == "0.2.0"
        raise BundleError(bundle, "thresholds", "none")

    monkeypatch.setattr(release, "set_thresholds", fail)
    for destination in (out, tmp_path / "new"):
        with pytest.raises(BundleError):
            export(run, destination, benign_scans=60, version="0.2.0")
    assert list(tmp_path.iterdir()) == [out]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_never_replaces_a_folder_that_holds_something_else(tmp_path: Path, run: Path) -> None:
    (tmp_path / "thesis.txt").write_text("the only copy")
    with pytest.raises(InputError, match=r"an empty folder or none, found thesis\.txt in it"):
        export(run, tmp_path)
    with pytest.raises(InputError, match=r"an empty folder or none, found a file"):
        export(run, tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
