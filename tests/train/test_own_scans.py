"""Own scans as training windows: what papers tell of them, and nothing more."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from scanai.errors import RecipeError
from scanai.manifest import read_manifest
from scanai.scan import read_scan
from scanai.train.batches import TrainingBatches
from scanai.train.losses import losses
from scanai.train.network import ShieldingNetwork
from scanai.train.own_scans import cut_own, make_own_windows
from scanai.train.recipe import TrainingRecipe, parse_recipe
from scanai.train.windows import NOT_KNOWN, UNKNOWN, load_window

SAMPLES = Path(__file__).resolve().parents[2] / "datasets" / "samples"
SCAN = SAMPLES / "portal-01.tiff"


def test_windows_cover_the_scan_and_know_what_the_papers_say() -> None:
    scan = read_scan(SCAN)
    manifest = read_manifest(SAMPLES / "portal-01.manifest.json")
    windows = list(cut_own(scan, manifest, 512))
    assert sum(window.attenuation.shape[2] for window in windows) >= scan.transmission.shape[2] - 8
    for window in windows:
        cells = window.attenuation.shape[1] // 8, window.attenuation.shape[2] // 8
        assert window.goods.shape == window.areal_density.shape == cells
        assert window.shield.shape[1:] == window.opaque.shape == (2 * cells[0], 2 * cells[1])
        assert (window.areal_density == NOT_KNOWN).all()
        assert not window.shield.any()
        assert window.declared.sum() >= 1
    first = windows[0]
    assert (first.goods == 0).any()
    assert (first.goods > 0).any()


def test_goods_are_unknown_without_papers() -> None:
    (window, *_) = cut_own(read_scan(SCAN), None, 512)
    assert set(np.unique(window.goods)) == {0, UNKNOWN}
    assert not window.declared.any()


def test_windows_are_cut_once_and_what_cannot_be_read_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "own"
    source.mkdir()
    (source / "a.tiff").write_bytes(SCAN.read_bytes())
    (source / "b.tiff").write_bytes(b"no picture")
    paths = make_own_windows(source, tmp_path / "windows", 512)
    assert "b.tiff: expected" in capsys.readouterr().err
    before = [path.stat().st_mtime_ns for path in paths]
    assert make_own_windows(source, tmp_path / "windows", 512) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert load_window(paths[0]).profile.name == "portal-6-4"
    (source / "a.tiff").unlink()
    with pytest.raises(RecipeError, match="expected scans of your own that can be read"):
        make_own_windows(source, tmp_path / "other", 512)


def test_own_windows_take_their_share_of_the_places_and_give_finite_losses(
    tmp_path: Path, recipe: TrainingRecipe, window_paths: list[Path]
) -> None:
    own = make_own_windows(SCAN, tmp_path / "windows", 512)
    mixed = msgspec.structs.replace(
        recipe, own_scans=str(SCAN), own_share=0.5, inserted_threats=1.0
    )
    batches = TrainingBatches(mixed, window_paths, own=own)
    shares = []
    for step in range(30):
        batch = batches.batch_at(step)
        shares += (batch.areal_density < 0).flatten(1).any(dim=1).tolist()
    assert 0.25 < np.mean(shares) < 0.75
    asked = (batch.transmission, batch.presence, batch.pitch_mm, batch.declared)
    parts = losses(ShieldingNetwork(recipe.size)(*asked), batch, mixed)
    assert np.isfinite(float(parts.total.detach()))


def test_a_share_without_scans_is_refused(recipe_text: str) -> None:
    with pytest.raises(RecipeError, match="own_scans, a folder, with an own_share above 0"):
        parse_recipe(recipe_text + "own_share = 0.5\n", "tiny.toml")
