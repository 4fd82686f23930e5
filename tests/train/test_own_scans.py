"""Own scans as training windows: what papers tell of them, and nothing more."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from scanai.errors import RecipeError
from scanai.manifest import read_manifest
from scanai.resources import scanner_profiles_dir
from scanai.scan import read_raw, read_scan, write_npy
from scanai.train.batches import TrainingBatches
from scanai.train.losses import losses
from scanai.train.network import ShieldingNetwork
from scanai.train.own_scans import cut_own, make_own_windows, require_own_scans
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


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of own scans with one in it, without a declaration."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "a.tiff").write_bytes(SCAN.read_bytes())
    return folder


@pytest.fixture
def own(recipe: TrainingRecipe, source: Path) -> TrainingRecipe:
    return msgspec.structs.replace(
        recipe, own_scans=str(source), own_share=0.5, inserted_threats=1.0, window_px=512
    )


def test_windows_are_cut_once_and_what_cannot_be_read_is_left_out(
    tmp_path: Path, source: Path, own: TrainingRecipe, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / "b.tiff").write_bytes(b"no picture")
    paths = make_own_windows(own, tmp_path / "windows")
    assert "b.tiff: expected" in capsys.readouterr().err
    before = [path.stat().st_mtime_ns for path in paths]
    assert len(paths) > 1
    assert make_own_windows(own, tmp_path / "windows") == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert load_window(paths[0]).profile.name == "portal-6-4"
    (source / "a.tiff").unlink()
    with pytest.raises(RecipeError, match="expected scans of your own that can be read"):
        make_own_windows(own, tmp_path / "other")


def test_a_scan_or_declaration_that_changed_is_cut_anew(
    tmp_path: Path, source: Path, own: TrainingRecipe
) -> None:
    first = make_own_windows(own, tmp_path / "windows")
    manifest = source / "a.manifest.json"
    manifest.write_bytes((SAMPLES / "portal-01.manifest.json").read_bytes())
    declared = make_own_windows(own, tmp_path / "windows")
    assert {*declared}.isdisjoint(first)
    assert load_window(declared[0]).declared.any()
    (source / "a.tiff").write_bytes((SAMPLES / "mobile-01.tiff").read_bytes())
    manifest.unlink()
    other = make_own_windows(own, tmp_path / "windows")
    assert {load_window(path).profile.name for path in other} == {"mobile-4"}
    (source / "a.tiff").write_bytes(SCAN.read_bytes())
    assert make_own_windows(own, tmp_path / "windows") == first


def test_the_scanner_of_bare_arrays_is_that_of_the_recipe(
    tmp_path: Path, source: Path, own: TrainingRecipe, capsys: pytest.CaptureFixture[str]
) -> None:
    write_npy(read_raw(source / "a.tiff"), source / "b.npy")
    (source / "b.scan.json").unlink()
    alone = make_own_windows(own, tmp_path / "windows")
    assert "b.npy: expected a scanner named by the file or given" in capsys.readouterr().err
    told = msgspec.structs.replace(own, own_profile="portal-6-4")
    both = make_own_windows(told, tmp_path / "windows")
    assert len(both) == 2 * len(alone)
    # What a file names itself holds.
    told = msgspec.structs.replace(own, own_profile="mobile-4")
    of_tiff = make_own_windows(told, tmp_path / "windows")
    assert "b.npy: expected an array of" in capsys.readouterr().err
    assert {load_window(path).profile.name for path in of_tiff} == {"portal-6-4"}


def test_a_profile_beside_a_scan_holds_before_that_of_the_recipe(
    tmp_path: Path, source: Path, own: TrainingRecipe
) -> None:
    write_npy(read_raw(source / "a.tiff"), source / "a.npy")
    (source / "a.tiff").unlink()
    (source / "a.scan.json").unlink()
    text = (scanner_profiles_dir() / "portal-6-4.toml").read_text("utf-8")
    beside = source / "a.profile.toml"
    beside.write_text(text.replace('"portal-6-4"', '"came-along"', 1), "utf-8")
    told = msgspec.structs.replace(own, own_profile="portal-6-4")
    paths = make_own_windows(told, tmp_path / "windows")
    assert load_window(paths[0]).profile.name == "came-along"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"own_scans": "nowhere"}, "expected own_scans, a folder that is there, found no nowhere"),
        ({"own_scans": "{empty}"}, "expected own_scans, a folder with scan files, found none in"),
        ({"own_profile": "mars-1"}, r"expected in own_profile the name of a .*, found mars-1: no"),
        ({"own_profile": "random"}, r"in own_profile the name of a .*, found random: no such"),
        ({"own_profile": "a.toml"}, "in own_profile a readable file, found a.toml: No such"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_made(
    tmp_path: Path, own: TrainingRecipe, changes: dict[str, str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    changes = {key: text.format(empty=tmp_path / "empty") for key, text in changes.items()}
    with pytest.raises(RecipeError, match=f"^mine.toml: .*{message}"):
        require_own_scans(msgspec.structs.replace(own, **changes), "mine.toml")


def test_usable_own_scans_pass(own: TrainingRecipe, recipe: TrainingRecipe) -> None:
    require_own_scans(recipe, "mine.toml")
    require_own_scans(msgspec.structs.replace(own, own_profile="mobile-4"), "mine.toml")


def test_own_windows_take_their_share_of_the_places_and_give_finite_losses(
    tmp_path: Path, recipe: TrainingRecipe, own: TrainingRecipe, window_paths: list[Path]
) -> None:
    paths = make_own_windows(own, tmp_path / "windows")
    mixed = msgspec.structs.replace(own, window_px=recipe.window_px)
    batches = TrainingBatches(mixed, window_paths, own=paths)
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
    with pytest.raises(RecipeError, match="expected own_profile beside own_scans"):
        parse_recipe(recipe_text + 'own_profile = "mobile-4"\n', "tiny.toml")
