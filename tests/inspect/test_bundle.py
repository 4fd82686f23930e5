from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lump_making import lump_graph, with_lump_graph
from odds_making import odds_by_excess
from onnx import TensorProto
from reading_making import signatures_of

from scanai.errors import BundleError
from scanai.inspect.bundle import (
    ANY_SCANNER,
    MAX_GRAPH_BYTES,
    BenignScores,
    BundleMetadata,
    OperatingPoint,
    initial_thresholds,
    load_bundle,
    threshold_table,
)
from scanai.inspect.tails import CommonTail


def changed(folder: Path, metadata: BundleMetadata, graph: bytes, **fields: object) -> Path:
    content = msgspec.to_builtins(metadata) | fields
    (folder / "bundle.json").write_bytes(msgspec.json.encode(content))
    (folder / "model.onnx").write_bytes(graph)
    return folder


@pytest.fixture
def metadata(kit: SimpleNamespace, graph: bytes) -> BundleMetadata:
    return kit.tiny_metadata(graph)


def refusal(source: Path, expected: str, found: str) -> str:
    return re.escape(f"{source}: expected {expected}, found {found}")


def test_loads_what_was_written(bundle_dir: Path, metadata: BundleMetadata) -> None:
    assert load_bundle(bundle_dir).metadata == metadata


def test_refuses_a_graph_that_does_not_match_its_hash(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    folder = changed(tmp_path, metadata, graph + b"\x00")
    found = hashlib.sha256(graph + b"\x00").hexdigest()
    message = refusal(tmp_path / "model.onnx", f"SHA-256 {metadata.sha256}", found)
    with pytest.raises(BundleError, match=message):
        load_bundle(folder)


def test_reads_the_graph_of_lumps_that_is_named(
    bundle_dir: Path, tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    assert load_bundle(bundle_dir).lump_session() is None
    folder = with_lump_graph(changed(tmp_path, metadata, graph), metadata)
    loaded = load_bundle(folder)
    assert loaded.lumps == lump_graph()
    assert loaded.lump_session(1) is not None
    (folder / "lumps.onnx").write_bytes(lump_graph() + b"\x00")
    with pytest.raises(BundleError, match=r"lumps\.onnx: expected SHA-256"):
        load_bundle(folder)
    (folder / "lumps.onnx").unlink()
    with pytest.raises(BundleError, match=r"lumps\.onnx: expected a readable file, found No such"):
        load_bundle(folder)


def test_refuses_a_graph_of_lumps_that_answers_something_else(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    folder = changed(tmp_path, metadata, graph)
    loaded = load_bundle(with_lump_graph(folder, metadata, lump_graph("mean")))
    with pytest.raises(BundleError, match=r"lumps\.onnx: expected outputs lump, found mean"):
        loaded.lump_session(1)


def test_refuses_external_data_even_with_the_right_hash(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    model = onnx.load_from_string(graph)
    weight = model.graph.initializer[0]
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "elsewhere.bin"
    altered = bytes(model.SerializeToString())
    folder = changed(tmp_path, metadata, altered, sha256=hashlib.sha256(altered).hexdigest())
    message = refusal(
        tmp_path / "model.onnx", "a graph complete in itself", "tensors kept in other files"
    )
    with pytest.raises(BundleError, match=message):
        load_bundle(folder)


def test_refuses_a_graph_too_large_before_reading_it(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    folder = changed(tmp_path, metadata, graph)
    with (folder / "model.onnx").open("r+b") as stream:
        stream.truncate(MAX_GRAPH_BYTES + 1)
    message = refusal(
        tmp_path / "model.onnx",
        f"at most {MAX_GRAPH_BYTES} bytes",
        f"{MAX_GRAPH_BYTES + 1} bytes",
    )
    with pytest.raises(BundleError, match=message):
        load_bundle(folder)


def test_names_a_missing_folder(tmp_path: Path) -> None:
    message = refusal(tmp_path / "none", "a bundle folder", "no such folder")
    with pytest.raises(BundleError, match=message):
        load_bundle(tmp_path / "none")


def test_names_a_missing_graph(tmp_path: Path, metadata: BundleMetadata, graph: bytes) -> None:
    folder = changed(tmp_path, metadata, graph)
    (folder / "model.onnx").unlink()
    message = refusal(tmp_path / "model.onnx", "a readable file", "No such file or directory")
    with pytest.raises(BundleError, match=message):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"extra": 1}, r"only known fields \(.*\), found extra"),
        ({"format": "scanai-bundle/2"}, "format scanai-bundle/1, which .* found scanai-bundle/2"),
        ({"format": 7}, "format scanai-bundle/1, which .* found 7"),
        ({"sha256": "abc"}, r"at \$\.sha256, found 'abc'"),
        ({"scanners": "many"}, r"named fields at \$\.scanners, found 'many'"),
        ({"inputs": []}, "inputs scan, .*, found none"),
    ],
)
def test_refuses_metadata_of_another_shape(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes, fields: dict[str, object], found: str
) -> None:
    folder = changed(tmp_path, metadata, graph, **fields)
    with pytest.raises(BundleError, match=f"bundle.json: expected .*{found}"):
        load_bundle(folder)


def test_refuses_metadata_without_a_format(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    folder = changed(tmp_path, metadata, graph)
    fields = json.loads((folder / "bundle.json").read_text("utf-8"))
    del fields["format"]
    (folder / "bundle.json").write_text(json.dumps(fields), "utf-8")
    with pytest.raises(BundleError, match=r"format scanai-bundle/1, .* found none"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("thresholds", "quantiles", "words"),
    [
        ({"shielding_score": -1.0}, {}, "shielding_score of s within 0 and 1, found -1"),
        ({"mass_error": 1e9}, {}, "mass_error of s within 0 and 1, found 1e"),
        ({}, {"s": (0.2, 0.1)}, "rising quantiles of s of s"),
        ({}, {"s": ()}, "rising quantiles of s of s, found 0"),
    ],
)
def test_refuses_what_is_no_threshold_or_no_quantile(
    tmp_path: Path,
    metadata: BundleMetadata,
    graph: bytes,
    thresholds: dict[str, float],
    quantiles: dict[str, tuple[float, ...]],
    words: str,
) -> None:
    scores = BenignScores(scans=9, thresholds=thresholds, quantiles=quantiles, counts={})
    folder = changed(tmp_path, metadata, graph, scanners={"s": msgspec.to_builtins(scores)})
    with pytest.raises(BundleError, match=words):
        load_bundle(folder)


def test_log_odds_may_be_below_even(tmp_path: Path, metadata: BundleMetadata, graph: bytes) -> None:
    scores = BenignScores(scans=9, thresholds={"goods_misfit": -0.4}, quantiles={}, counts={})
    folder = changed(tmp_path, metadata, graph, scanners={"s": msgspec.to_builtins(scores)})
    point = load_bundle(folder).metadata.operating_point("s")
    assert point.thresholds["goods_misfit"] == -0.4


def test_names_a_threshold_that_is_missing(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    thresholds = msgspec.to_builtins(metadata.thresholds)
    del thresholds["shielding_score"]
    folder = changed(tmp_path, metadata, graph, thresholds=thresholds)
    message = refusal(tmp_path / "bundle.json", "thresholds shielding_score", "none of these")
    with pytest.raises(BundleError, match=message):
        load_bundle(folder)


def test_names_a_threshold_that_nobody_knows(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    thresholds = msgspec.to_builtins(metadata.thresholds)
    thresholds["guess"] = thresholds["mass_error"]
    folder = changed(tmp_path, metadata, graph, thresholds=thresholds)
    message = refusal(tmp_path / "bundle.json", "only known thresholds", "guess")
    with pytest.raises(BundleError, match=message):
        load_bundle(folder)


def test_loads_signatures_as_they_were_written(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    signatures = signatures_of("4802", "7208")
    folder = changed(tmp_path, metadata, graph, signatures=msgspec.to_builtins(signatures))
    assert load_bundle(folder).metadata.signatures == signatures


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"bias": [0.0]}, "signatures that fit together, found others (bias or lines)"),
        ({"weights": []}, "signatures that fit together, found others (weights)"),
        ({"lines": {"all": {"lines": 9, "quantiles": []}}}, "found others (quantiles of lines"),
        ({"scans": 0}, "at $.signatures.scans, found 0"),
        ({"spread": None}, "at $.signatures.spread"),
        ({"guess": 1}, "only known fields"),
    ],
    ids=str,
)
def test_refuses_signatures_that_do_not_fit_together(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes, fields: dict[str, object], words: str
) -> None:
    signatures = msgspec.to_builtins(signatures_of("4802", "7208")) | fields
    folder = changed(tmp_path, metadata, graph, signatures=signatures)
    with pytest.raises(BundleError, match=f"bundle.json: expected .*{re.escape(words)}"):
        load_bundle(folder)


def test_refuses_a_graph_with_other_outputs(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    model = onnx.load_from_string(graph)
    del model.graph.output[-1]
    altered = bytes(model.SerializeToString())
    folder = changed(tmp_path, metadata, altered, sha256=hashlib.sha256(altered).hexdigest())
    message = refusal(
        tmp_path / "model.onnx",
        "outputs shielding, goods, undeclared, regions, scores",
        "shielding, goods, undeclared, regions",
    )
    with pytest.raises(BundleError, match=message):
        load_bundle(folder).session()


def test_a_graph_that_the_runtime_refuses_is_a_bundle_error(
    tmp_path: Path, metadata: BundleMetadata
) -> None:
    broken = b"\x3a\x00"  # a model whose graph is empty
    folder = changed(tmp_path, metadata, broken, sha256=hashlib.sha256(broken).hexdigest())
    with pytest.raises(BundleError, match="expected a graph that ONNX Runtime loads, found "):
        load_bundle(folder).session()


def test_every_threshold_says_what_it_means_and_what_sets_it() -> None:
    for name, entry in threshold_table().items():
        assert entry.keys() - {"least", "part_of_rate"} == {
            "unit",
            "initial",
            "set_on",
            "meaning",
        }, name
    assert initial_thresholds()["shielding_score"].false_alarm_rate is None


def benign(scores: list[float], quantiles: int) -> BenignScores:
    marks = np.quantile(scores, np.linspace(0, 1, quantiles))
    return BenignScores(
        scans=len(scores),
        thresholds={"shielding_score": 0.7},
        quantiles={"s": tuple(marks.tolist())},
        counts={"s": len(scores)},
    )


def test_a_known_scanner_has_its_own_thresholds(metadata: BundleMetadata) -> None:
    metadata = msgspec.structs.replace(metadata, scanners={"fine": benign([0.1, 0.2], 101)})
    point = metadata.operating_point("fine")
    assert point.thresholds["shielding_score"] == 0.7
    assert point.thresholds["shielding_z"] == metadata.thresholds["shielding_z"].value
    assert point.p_value("s", 0.9) == pytest.approx(1 / 3)


def test_a_threshold_that_nothing_uses_any_more_is_not_in_force(metadata: BundleMetadata) -> None:
    old = next(iter(metadata.thresholds.values()))
    earlier = msgspec.structs.replace(
        metadata, thresholds=metadata.thresholds | {"undeclared_ratio": old}
    )
    assert "undeclared_ratio" not in earlier.operating_point(None).thresholds


def test_loads_odds_of_regions_as_they_were_written(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    odds = odds_by_excess()
    folder = changed(tmp_path, metadata, graph, region_odds=msgspec.to_builtins(odds))
    assert load_bundle(folder).metadata.region_odds == odds


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        # Questions that lead back would be asked for ever.
        ({"upper": [0]}, "odds of regions that fit together, found others (order of questions)"),
        ({"most": []}, "odds of regions that fit together, found others (questions)"),
        ({"fact": [99]}, "found others (facts of questions)"),
        ({"first": []}, "at $.region_odds.first"),
        ({"leaves": None}, "at $.region_odds.leaves"),
        ({"scans": 0}, "at $.region_odds.scans"),
    ],
)
def test_refuses_odds_of_regions_that_do_not_fit_together(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes, fields: dict[str, object], told: str
) -> None:
    odds = msgspec.to_builtins(odds_by_excess()) | fields
    folder = changed(tmp_path, metadata, graph, region_odds=odds)
    with pytest.raises(BundleError) as caught:
        load_bundle(folder)
    assert told in str(caught.value)


@pytest.mark.parametrize("scanner", [None, "other"])
def test_an_unknown_scanner_has_the_bundles_thresholds_and_no_p_value(
    metadata: BundleMetadata, scanner: str | None
) -> None:
    metadata = msgspec.structs.replace(metadata, scanners={"fine": benign([0.1, 0.2], 101)})
    point = metadata.operating_point(scanner)
    assert point.thresholds["shielding_score"] == metadata.thresholds["shielding_score"].value
    assert point.p_value("s", 0.9) is None


@pytest.mark.parametrize("scanner", [None, "other"])
def test_scanners_drawn_at_random_stand_for_an_unknown_one(
    metadata: BundleMetadata, scanner: str | None
) -> None:
    drawn = benign([0.1, 0.2, 0.3], 101)
    scanners = {"fine": benign([0.1, 0.2], 101), ANY_SCANNER: drawn}
    metadata = msgspec.structs.replace(metadata, scanners=scanners)
    point = metadata.operating_point(scanner)
    assert point.thresholds["shielding_score"] == drawn.thresholds["shielding_score"]
    assert point.p_value("s", 0.9) == pytest.approx(1 / 4)


def test_a_score_that_no_benign_scan_had_has_no_p_value() -> None:
    assert benign([0.1], 101).p_value("shielding", 0.9) is None


def test_a_score_beyond_all_benign_scans_is_never_impossible() -> None:
    assert benign([0.1, 0.2, 0.3], 101).p_value("s", 0.9) == pytest.approx(1 / 4)


@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=60),
    score=st.floats(0, 1),
)
def test_a_p_value_never_flatters(scores: list[float], score: float) -> None:
    p_value = benign(scores, 101).p_value("s", score)
    share = sum(one >= score for one in scores) / len(scores)
    assert p_value is not None
    assert share <= p_value + 1e-9
    assert p_value <= 1.0


def test_bundle_of_an_earlier_release_gets_the_initial_level_of_review(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    known = {n: entry for n, entry in metadata.thresholds.items() if n != "review_p"}
    earlier = msgspec.structs.replace(metadata, thresholds=known)
    point = load_bundle(changed(tmp_path, earlier, graph)).metadata.operating_point(None)
    assert point.thresholds["review_p"] == 0.05


@pytest.mark.parametrize(("scans", "score", "above"), [(200, 1.5, True), (200, 0.5, False)])
def test_knows_what_no_benign_scan_reaches(scans: int, score: float, above: bool) -> None:
    steps = tuple(np.linspace(0, 1, 101).tolist())
    benign = BenignScores(scans=scans, thresholds={}, quantiles={"s": steps}, counts={"s": scans})
    point = OperatingPoint({}, benign)
    p_value = point.p_value("s", score)
    assert p_value is not None
    assert point.above_all("s", p_value) is above
    assert point.p_span("s", score) == benign.p_span("s", score)
    assert not OperatingPoint({}, None).above_all("s", p_value)


def test_order_beyond_all_benign_scans_is_by_the_tail_of_all_scanners(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes
) -> None:
    steps = tuple(np.linspace(0, 1, 101).tolist())
    own = BenignScores(scans=99, thresholds={}, quantiles={"s": steps}, counts={"s": 99})
    tail = CommonTail(mean=0.5, even=1.0, spread=0.001)
    metadata = msgspec.structs.replace(metadata, scanners={"p": own}, tails={"s": tail})
    point = load_bundle(changed(tmp_path, metadata, graph)).metadata.operating_point("p")
    alone = OperatingPoint(point.thresholds, own)
    found, thin = point.order_p("s", 2.0), alone.order_p("s", 2.0)
    assert found is not None
    assert thin is not None
    assert found > 100 * thin
    assert point.order_p("s", 0.5) == alone.order_p("s", 0.5)
    assert point.p_value("s", 2.0) == alone.p_value("s", 2.0)


@pytest.mark.parametrize(
    ("tails", "words"),
    [
        ({"t": {"mean": 0.5, "even": 1.0, "spread": 0.1}}, "tails of scores that have quantiles"),
        ({"s": {"mean": 0.5, "even": 1e308, "spread": 0.1}}, "even"),
        ({"s": {"mean": 0.0, "even": 1.0, "spread": 0.1}}, "mean"),
    ],
)
def test_refuses_tails_that_no_scans_gave(
    tmp_path: Path, metadata: BundleMetadata, graph: bytes, tails: object, words: str
) -> None:
    own = {"thresholds": {}, "scans": 9, "quantiles": {"s": [0.0, 1.0]}, "counts": {"s": 9}}
    folder = changed(tmp_path, metadata, graph, scanners={"p": own}, tails=tails)
    with pytest.raises(BundleError, match=words):
        load_bundle(folder)
