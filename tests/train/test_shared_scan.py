"""SharedScan: its declaration has paperwork around the goods, and leaves the goods as they are."""

from __future__ import annotations

import msgspec
import pytest

from scanai.manifest import Manifest
from scanai.synth.dataset import DatasetRecipe
from scanai.train import shared_scan
from scanai.train.shared_scan import SharedScan

RECIPE = DatasetRecipe(
    seed=710_012, count=6, profiles=("mobile-4",), kinds={"benign": 1.0}, x_window_px=64
)


def scans(kind: str, count: int = 6) -> list[SharedScan]:
    recipe = msgspec.structs.replace(RECIPE, kinds={kind: 1.0})
    return [SharedScan(recipe, index) for index in range(count)]


def goods(manifest: Manifest) -> list[tuple[object, ...]]:
    lines = [(line.hs_code, line.mass_kg, line.packages) for line in manifest.lines]
    return [*lines, (manifest.unit, manifest.unit_type, manifest.gross_mass_kg, manifest.tare_kg)]


@pytest.mark.parametrize("kind", ["benign", "empty", "concealed", "undeclared"])
def test_goods_and_masses_stay_as_they_are_declared(kind: str) -> None:
    for shared in scans(kind, 2):
        plain = shared.simulated.manifest
        assert goods(shared.manifest) == goods(plain)
        assert shared.manifest.scan_id == plain.scan_id
        # The papers that go around them.
        assert shared.manifest.regime is not None
        assert len(shared.manifest.route) >= 2
        assert shared.manifest.parties
        assert shared.manifest != plain


def test_papers_depend_on_recipe_and_number_alone() -> None:
    first, second = (scans("benign", 3) for _ in range(2))
    # In whatever order they are asked for.
    told = [shared.manifest for shared in reversed(second)][::-1]
    assert [shared.manifest for shared in first] == told
    assert len({(one.route, one.parties) for one in told}) == 3
    other = SharedScan(msgspec.structs.replace(RECIPE, seed=710_013), 0)
    assert other.manifest != told[0]


@pytest.mark.parametrize(
    ("kind", "told"),
    [("benign", False), ("empty", False), ("concealed", True), ("undeclared", True)],
)
def test_only_honest_kinds_have_honest_papers(
    kind: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def papers(rng: object, manifest: Manifest, false: bool) -> Manifest:
        asked.append(false)
        return manifest

    monkeypatch.setattr(shared_scan, "with_paperwork", papers)
    (shared,) = scans(kind, 1)
    assert shared.manifest is shared.manifest
    assert asked == [told]
