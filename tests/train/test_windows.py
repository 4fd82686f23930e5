"""Windows: what is kept on disk, and how visible a threat counts as."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scanai.errors import InputError, RecipeError
from scanai.scan import load_profile
from scanai.synth.truth import Truth, TruthBox
from scanai.train import windows
from scanai.train.recipe import TrainingRecipe
from scanai.train.windows import Window, data_recipe, detectability, make_windows, visibility


def _truth(cargo: float, shield: float, side: int = 20) -> Truth:
    """A square of `shield` g/cm² behind `cargo` g/cm², 100 × 120 px."""
    total = np.full((100, 120), cargo, np.float32)
    mask = np.zeros((100, 120), np.bool_)
    mask[40 : 40 + side, 50 : 50 + side] = True
    total[mask] += shield
    box = TruthBox(
        x0=50,
        y0=40,
        x1=50 + side,
        y1=40 + side,
        material="lead",
        form="solid",
        volume_cm3=100.0,
        wall_mm=10.0,
        kind="shield",
        areal_density=shield,
        contrast=shield / cargo,
    )
    group = np.full((100, 120), 7, np.uint8)
    group[:33] = 0
    return Truth(total, total, group, mask, (box,), 1000.0)


@pytest.mark.parametrize(
    ("cargo", "shield", "least", "most"),
    [
        (20.0, 30.0, 1.0, 1.0),  # 26 mm of lead behind light goods
        (20.0, 1.0, 0.0, 0.0),  # a foil: less than packing does
        (280.0, 30.0, 0.0, 0.0),  # behind opaque cargo
        (20.0, 3.0, 0.1, 0.9),
    ],
)
def test_visibility_ranges_from_lost_to_plain(
    cargo: float, shield: float, least: float, most: float
) -> None:
    truth = _truth(cargo, shield)
    found = visibility(truth.boxes[0], truth, load_profile("portal-6-4"))
    assert least <= found <= most


def test_detectability_grows_with_the_root_of_the_area() -> None:
    profile = load_profile("portal-6-4")
    small, large = _truth(60, 5, side=10), _truth(60, 5, side=20)
    found = [detectability(truth.boxes[0], truth, profile) for truth in (small, large)]
    assert found[1][0] == pytest.approx(2 * found[0][0], rel=1e-6)
    assert found[0][1] == pytest.approx(0.04 * 5, rel=1e-4)


def test_stored_window_comes_back_within_half_a_step(
    tmp_path: Path, made_up: Callable[..., Window]
) -> None:
    window = made_up(2, threat=True)
    windows.save_window(window, tmp_path / "window.npz")
    found = windows.load_window(tmp_path / "window.npz")
    np.testing.assert_allclose(found.attenuation, window.attenuation, rtol=0, atol=0.8e-4)
    np.testing.assert_array_equal(found.goods, window.goods)
    np.testing.assert_array_equal(found.boxes, window.boxes)
    np.testing.assert_allclose(found.shield, window.shield, atol=0.5 / 255)
    np.testing.assert_array_equal(found.focus, window.focus)
    np.testing.assert_array_equal(found.declared, window.declared)
    np.testing.assert_allclose(found.areal_density, window.areal_density, rtol=1e-3)
    assert found.profile == window.profile
    assert found.pitch_mm == pytest.approx(window.pitch_mm)


def test_a_cell_takes_the_group_that_fills_most_of_it() -> None:
    index = np.zeros((8, 16), np.uint8)
    index[:4, :8] = 4
    index[4:6, :8] = 9
    index[:, 8:] = 2
    index[0, 8:12] = 1
    assert windows._most_common(index, 8).tolist() == [[4, 2]]


def _recipe(recipe: TrainingRecipe, count: int, seed: int = 1) -> windows.DatasetRecipe:
    return data_recipe(recipe, seed, count)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Replaces the simulator; lists the numbers of the windows that were made."""
    numbers: list[int] = []

    def make(_: windows.DatasetRecipe, folder: Path, index: int) -> None:
        numbers.append(index)
        (folder / f"{index:06d}.npz").touch()

    monkeypatch.setattr(windows, "_make_window", make)
    return numbers


def test_only_missing_windows_are_made(
    tmp_path: Path, made: list[int], recipe: TrainingRecipe
) -> None:
    paths = make_windows(_recipe(recipe, 3), tmp_path, 1, "windows")
    assert made == [0, 1, 2]
    paths[1].unlink()
    assert make_windows(_recipe(recipe, 4), tmp_path, 1, "windows")[:3] == paths
    assert made == [0, 1, 2, 1, 3]


def test_windows_of_another_recipe_are_refused(
    tmp_path: Path, made: list[int], recipe: TrainingRecipe
) -> None:
    make_windows(_recipe(recipe, 2), tmp_path, 1, "windows")
    with pytest.raises(RecipeError, match=r"expected windows of this recipe \(\w{12}\), found"):
        make_windows(_recipe(recipe, 2, seed=2), tmp_path, 1, "windows")
    assert made == [0, 1]


@pytest.mark.parametrize("size", [0, 10, 200])
def test_a_window_that_breaks_off_is_named(tmp_path: Path, size: int) -> None:
    path = tmp_path / "000001.npz"
    np.savez(path, pitch_mm=np.array([5.0, 5.0]), attenuation=np.zeros((1, 64, 64), np.uint16))
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InputError, match=r"000001\.npz: expected a training window that is whole"):
        windows.load_window(path)
