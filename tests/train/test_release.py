"""Releases: arguments are checked before any work, and a bundle is there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import onnx
import pytest
import torch
from lump_making import lump_graph
from odds_making import odds_by_excess
from reading_making import signatures_of

from scanai.errors import BundleError, InputError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.inspect.evidence.region_facts import FACTS
from scanai.inspect.evidence.sections import feature_names
from scanai.train import release
from scanai.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from scanai.train.export import to_onnx, write_bundle
from scanai.train.graph import ScanGraph
from scanai.train.network import ShieldingNetwork
from scanai.train.recipe import TrainingRecipe
from scanai.train.region_odds import write_region_odds
from scanai.train.release import export_run
from scanai.train.signatures import write_signatures


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, recipe: TrainingRecipe, recipe_text: str) -> Path:
    folder = tmp_path_factory.mktemp("run")
    torch.manual_seed(0)
    weights = ShieldingNetwork(recipe.size).state_dict()
    save_checkpoint(Checkpoint(recipe_text, 1, weights, {}, {}), folder)
    return folder


@pytest.fixture(scope="module")
def model(run: Path) -> onnx.ModelProto:
    return to_onnx(ScanGraph(load_checkpoint(run).network()).eval())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, model: onnx.ModelProto) -> None:
    """The graph of the run without the ten seconds that each export takes."""

    def made_before(_: ScanGraph) -> onnx.ModelProto:
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        return copy

    monkeypatch.setattr("scanai.train.export.to_onnx", made_before)


def export(run: Path, out: Path, benign_scans: int = 0, version: str = "0.1.0") -> None:
    export_run(
        run,
        out,
        name="tiny",
        version=version,
        benign_scans=benign_scans,
        honest_loads=0,
        region_scans=0,
    )


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


def test_refuses_too_few_loads_before_anything_is_made(tmp_path: Path, run: Path) -> None:
    with pytest.raises(InputError, match="expected at least 10 honest loads, or 0 for none"):
        export_run(run, tmp_path / "bundle", name="tiny", version="0.0.1", honest_loads=9)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_what_is_learned_of_a_graph_comes_before_its_thresholds(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, object]] = []

    def step(name: str, count: str) -> Callable[..., BundleMetadata]:
        def taken(bundle: Path, **named: object) -> BundleMetadata:
            asked.append((name, named[count]))
            return load_bundle(bundle).metadata

        return taken

    for name, count in (
        ("learn_signatures", "loads"),
        ("set_map_weights", "scans"),
        ("learn_region_odds", "scans"),
        ("set_thresholds", "scans"),
    ):
        monkeypatch.setattr(f"scanai.train.release.{name}", step(name, count))
    out = tmp_path / "b"
    counts = {"benign_scans": 60, "honest_loads": 30, "region_scans": 500}
    export_run(run, out, name="tiny", version="0.0.1", **counts)
    assert asked == [
        ("learn_signatures", 30),
        ("set_map_weights", 30),
        ("learn_region_odds", 500),
        ("set_thresholds", 60),
    ]


@pytest.mark.usefixtures("quick")
def test_a_bundle_exported_again_may_keep_its_signatures(tmp_path: Path, run: Path) -> None:
    signatures = signatures_of("4802", goods_features=16)
    first, second = tmp_path / "first", tmp_path / "second"
    export(run, first)
    write_signatures(first, signatures)
    export_run(
        first, second, name="tiny", version="0.2.0", benign_scans=0, region_scans=0,
        same_signatures=True,
    )  # fmt: skip
    assert load_bundle(second).metadata.signatures == signatures


def test_signatures_that_a_run_or_a_bundle_does_not_have_cannot_stay(
    tmp_path: Path, run: Path
) -> None:
    out = tmp_path / "bundle"
    with pytest.raises(InputError, match="a bundle with weights and signatures, found no weights"):
        export_run(run, out, name="tiny", version="0.0.1", same_signatures=True)
    export(run, out)
    with pytest.raises(InputError, match="found no signatures"):
        export_run(out, tmp_path / "b", name="tiny", version="0.0.2", same_signatures=True)
    with pytest.raises(InputError, match="found no signatures"):
        export_run(out, tmp_path / "b", name="tiny", version="0.0.2", further_signatures=True)
    write_signatures(out, signatures_of("4802"))
    known = len(feature_names(0))
    message = f"{known} features, not {known + 32}: of another ScanAI"
    with pytest.raises(BundleError, match=message):
        export_run(out, tmp_path / "b", name="tiny", version="0.0.2", same_signatures=True)


@pytest.mark.usefixtures("quick")
def test_signatures_of_a_bundle_go_on_when_it_is_exported_again(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    export(run, first)
    known = signatures_of("4802", goods_features=16)
    write_signatures(first, known)
    asked: list[object] = []

    def learn(bundle: Path, **named: object) -> BundleMetadata:
        asked.append(named["start"])
        return write_signatures(bundle, known)

    monkeypatch.setattr("scanai.train.release.learn_signatures", learn)
    monkeypatch.setattr(
        "scanai.train.release.set_map_weights", lambda bundle, **_: load_bundle(bundle).metadata
    )
    counts = {"benign_scans": 0, "honest_loads": 10, "region_scans": 0}
    export_run(
        first, second, name="tiny", version="0.2.0", further_signatures=True, **counts,
    )  # fmt: skip
    assert asked == [known]
    export_run(first, second, name="tiny", version="0.3.0", **counts)
    assert asked == [known, None]


@pytest.mark.parametrize(
    ("told", "found"),
    [({"honest_loads": 0}, "none"), ({"same_signatures": True}, "signatures that stay the same")],
    ids=["no loads", "the same"],
)
def test_signatures_go_on_by_loads_alone(
    tmp_path: Path, run: Path, told: dict[str, object], found: str
) -> None:
    with pytest.raises(InputError, match=f"honest loads to learn from, found {found}"):
        export_run(
            run, tmp_path / "b", name="tiny", version="0.0.1", further_signatures=True, **told
        )


@pytest.mark.usefixtures("quick")
def test_a_bundle_exported_again_may_keep_its_odds(tmp_path: Path, run: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    export(run, first)
    write_region_odds(first, odds_by_excess(), lump_graph())
    # Of another ScanAI, which is no matter when they are not kept.
    write_signatures(first, signatures_of("4802"))
    export_run(
        first, second, name="tiny", version="0.2.0", benign_scans=0, honest_loads=0, same_odds=True,
    )  # fmt: skip
    kept = load_bundle(second)
    assert kept.metadata.region_odds == odds_by_excess()
    assert kept.lumps == lump_graph()
    assert kept.metadata.signatures is None


@pytest.mark.usefixtures("quick")
def test_odds_that_a_run_or_a_bundle_does_not_have_cannot_stay(tmp_path: Path, run: Path) -> None:
    out = tmp_path / "bundle"
    expected = "a bundle with weights and odds of regions, found no"
    with pytest.raises(InputError, match=f"{expected} weights"):
        export_run(run, out, name="tiny", version="0.0.1", same_odds=True)
    export(run, out)
    with pytest.raises(InputError, match=f"{expected} odds of regions"):
        export_run(out, tmp_path / "b", name="tiny", version="0.0.2", same_odds=True)
    other = msgspec.structs.replace(odds_by_excess(), facts=("score",) * len(FACTS))
    write_region_odds(out, other, None)
    with pytest.raises(BundleError, match="of another ScanAI"):
        export_run(out, tmp_path / "b", name="tiny", version="0.0.2", same_odds=True)


def test_refuses_too_few_scans_for_odds_before_anything_is_made(tmp_path: Path, run: Path) -> None:
    with pytest.raises(InputError, match="odds of regions: expected at least 500 scans, or 0"):
        export_run(run, tmp_path / "bundle", name="tiny", version="0.0.1", region_scans=499)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
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


@pytest.mark.parametrize("version", ["", "1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n"])
def test_a_version_that_is_not_three_numbers_is_refused_before_any_work(
    tmp_path: Path, run: Path, version: str
) -> None:
    with pytest.raises(InputError, match=r"version of the bundle: expected three numbers such as"):
        export(run, tmp_path / "bundle", version=version)
    assert list(tmp_path.iterdir()) == []


def test_the_same_graph_may_be_exported_again_under_its_version(tmp_path: Path, run: Path) -> None:
    out = tmp_path / "bundle"
    export(run, out)
    first = load_bundle(out).metadata
    export(run, out)
    assert load_bundle(out).metadata == first


@pytest.mark.usefixtures("quick")
def test_other_weights_under_a_version_that_is_taken_are_refused_before_any_work(
    tmp_path: Path,
    run: Path,
    recipe: TrainingRecipe,
    recipe_text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, other = tmp_path / "bundle", tmp_path / "other"
    export(run, out)
    other.mkdir()
    torch.manual_seed(1)
    weights = ShieldingNetwork(recipe.size).state_dict()
    monkeypatch.setattr(release, "export_bundle", lambda *_: pytest.fail("it was exported"))
    for text in (recipe_text, recipe_text + "# changed\n"):
        save_checkpoint(Checkpoint(text, 1, weights, {}, {}), other)
        with pytest.raises(BundleError, match=r"a version other than 0\.1\.0, .* found other weig"):
            export(other, out)


@pytest.mark.usefixtures("quick")
def test_another_graph_of_the_same_weights_is_refused_and_the_earlier_one_stays(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bundle"
    export(run, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def set_thresholds(bundle: Path, **_: object) -> BundleMetadata:
        loaded = load_bundle(bundle)
        changed = msgspec.structs.replace(loaded.metadata, threshold_seeds=(7,))
        return write_bundle(bundle, onnx.load_from_string(loaded.graph), changed)

    monkeypatch.setattr(release, "set_thresholds", set_thresholds)
    with pytest.raises(BundleError, match=r"a version other than 0\.1\.0, .* found graph [0-9a-f]"):
        export(run, out, benign_scans=60)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    export(run, out, benign_scans=60, version="0.1.1")
    assert load_bundle(out).metadata.threshold_seeds == (7,)


@pytest.mark.usefixtures("quick")
def test_what_lies_there_without_readable_metadata_has_no_version(
    tmp_path: Path, run: Path
) -> None:
    out = tmp_path / "bundle"
    export(run, out)
    (out / "bundle.json").write_bytes(b"\xff{")
    export(run, out)
    assert load_bundle(out).metadata.version == "0.1.0"


@pytest.mark.usefixtures("quick")
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
