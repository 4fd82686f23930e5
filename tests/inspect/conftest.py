"""Slabs seen by a coarse scanner, and a tiny model that obeys the graph's contract.

No weights are shipped for tests: the model below is arithmetic on attenuation, enough to light up
every path of the Inspector.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from scan_making import coarse_scanner

from scanai.inspect.bundle import (
    INPUTS,
    OUTPUTS,
    BenignScores,
    BundleMetadata,
    Tensor,
    Threshold,
    initial_thresholds,
    load_bundle,
)
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.measured import measure
from scanai.manifest.goods_groups import goods_groups
from scanai.physics.beams import beam
from scanai.physics.materials import material
from scanai.physics.transmission import attenuation_matrix, effective_spectrum
from scanai.scan.model import Scan

COLUMNS = 330
UNIT = np.s_[30:155, 14:317]
"""Where the side walls of the transport unit are seen: 6.06 m long."""
LOAD = np.s_[60:140, 40:300]

Slab = tuple[str, tuple[slice, slice], float]
"""Material, where it lies in the picture, g/cm² along the ray."""
WALLS: Slab = ("steel", UNIT, 3.2)


def make_scan(*slabs: Slab, energies_mv: tuple[float, ...] = (6.0, 4.0)) -> Scan:
    """A scan of slabs, with counting noise, as calibration would hand it over."""
    profile = coarse_scanner(energies_mv)
    rng = np.random.default_rng(7)
    names = sorted({name for name, _, _ in slabs})
    stack = np.zeros((profile.rows, COLUMNS, len(names)))
    for name, where, areal_density in slabs:
        stack[(*where, names.index(name))] += areal_density
    pictures = []
    for end_point, quanta in zip(energies_mv, profile.noise.quanta_open_beam, strict=True):
        energy, weight = effective_spectrum(beam(end_point))
        mu = attenuation_matrix([material(name) for name in names], energy)
        pictures.append(rng.poisson(quanta * (np.exp(-stack @ mu) @ weight)) / quanta)
    transmission = np.maximum(np.stack(pictures), profile.noise_floor).astype(np.float32)
    return Scan(
        source="SYNTH-0001.tiff",
        transmission=transmission,
        valid=np.ones((profile.rows, COLUMNS), dtype=bool),
        quantity="counts",
        profile=profile,
        energies_mv=energies_mv,
        pitch_mm=profile.pitch_mm,
        noise_floor=profile.noise_floor,
        scan_id="SYNTH-0001",
        unit="SYNTH-000001",
        sha256="a" * 64,
    )


def display_scan() -> Scan:
    return Scan(
        source="picture.png",
        transmission=np.full((1, 40, 60), 0.5, dtype=np.float32),
        valid=np.ones((40, 60), dtype=bool),
        quantity="display",
        profile=None,
        energies_mv=(),
        pitch_mm=(0.0, 0.0),
        noise_floor=1 / 255,
    )


def tiny_thresholds() -> dict[str, Threshold]:
    """The initial ones, but for goods: the tiny graph is never as sure of them as a real one."""
    known = initial_thresholds()
    goods = msgspec.structs.replace(known["unexplained_goods"], value=3.0)
    return known | {"unexplained_goods": goods}


def tiny_graph() -> onnx.ModelProto:
    """Shielding where attenuation passes 4.5, paper above 0.4, iron and steel above 2.5."""
    floats = TensorProto.FLOAT

    def constant(name: str, values: object, dtype: type = np.float32) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(values, dtype=dtype), name)

    names = [group.name for group in goods_groups()]
    one_hot = np.zeros((2, 1, 27, 1, 1), dtype=np.float32)
    one_hot[0, 0, 1 + names.index("paper")] = 1
    one_hot[1, 0, 1 + names.index("iron_steel")] = 1
    nothing = np.zeros((1, 27, 1, 1), dtype=np.float32)
    nothing[0, 0] = 1
    # Regions: the four best cells of the shielding map, ±20 pixels around each.
    node = helper.make_node
    nodes = [
        node("Sub", ["scan", "dark"], ["signal"]),
        node("Div", ["signal", "open_beam"], ["raw"]),
        node("Clip", ["raw", "least", "most"], ["clipped"]),
        node("Gather", ["clipped", "first"], ["high"], axis=1),
        node("Log", ["high"], ["log"]),
        node("Neg", ["log"], ["attenuation"]),
        *(
            node(
                "AveragePool",
                ["attenuation"],
                [f"mean{n}"],
                kernel_shape=[n, n],
                strides=[n, n],
                ceil_mode=1,
            )
            for n in (4, 8)
        ),
        node("Sub", ["mean4", "shield_level"], ["above4"]),
        node("Mul", ["above4", "steep"], ["logit4"]),
        node("Sigmoid", ["logit4"], ["shielding"]),
        node("Sub", ["mean8", "load_level"], ["above8"]),
        node("Mul", ["above8", "steep"], ["logit8"]),
        node("Sigmoid", ["logit8"], ["loaded"]),
        node("Sub", ["mean8", "metal_level"], ["metal_above"]),
        node("Mul", ["metal_above", "steep"], ["metal_logit"]),
        node("Sigmoid", ["metal_logit"], ["metal"]),
        node("Mul", ["loaded", "metal"], ["iron_p"]),
        node("Sub", ["loaded", "iron_p"], ["paper_p"]),
        node("Sub", ["one", "loaded"], ["nothing_p"]),
        node("Mul", ["iron_p", "iron_channel"], ["iron_map"]),
        node("Mul", ["paper_p", "paper_channel"], ["paper_map"]),
        node("Mul", ["nothing_p", "nothing_channel"], ["nothing_map"]),
        node("Add", ["iron_map", "paper_map"], ["something"]),
        node("Add", ["something", "nothing_map"], ["goods"]),
        node("Reshape", ["declared_groups", "per_channel"], ["declared"]),
        node("Max", ["declared", "nothing_channel"], ["accepted"]),
        node("Sub", ["one", "accepted"], ["refused"]),
        node("Mul", ["goods", "refused"], ["refused_map"]),
        node("ReduceSum", ["refused_map", "channel_axis"], ["undeclared"], keepdims=1),
        node("Shape", ["shielding"], ["shape4"]),
        node("Gather", ["shape4", "last"], ["wide"], axis=0),
        node("Reshape", ["shielding", "flat"], ["cells"]),
        node("TopK", ["cells", "four"], ["best", "where"]),
        node("Div", ["where", "wide"], ["row"]),
        node("Mul", ["row", "wide"], ["before"]),
        node("Sub", ["where", "before"], ["column"]),
        node("Cast", ["row"], ["row_f"], to=floats),
        node("Cast", ["column"], ["column_f"], to=floats),
        node("Mul", ["row_f", "stride"], ["y"]),
        node("Mul", ["column_f", "stride"], ["x"]),
        *(
            node(op, [axis, "reach"], [name])
            for op, axis, name in (
                ("Sub", "x", "x0"),
                ("Sub", "y", "y0"),
                ("Add", "x", "x1"),
                ("Add", "y", "y1"),
            )
        ),
        *(
            node("Unsqueeze", [name, "last"], [f"{name}_column"])
            for name in ("x0", "y0", "x1", "y1", "best")
        ),
        node(
            "Concat",
            [f"{name}_column" for name in ("x0", "y0", "x1", "y1", "best")],
            ["regions"],
            axis=1,
        ),
        node("ReduceMax", ["cells"], ["top"], keepdims=0),
        node("ReduceMean", ["undeclared"], ["undeclared_mean"], keepdims=0),
        node("ReduceMean", ["loaded"], ["loaded_mean"], keepdims=0),
        *(
            node("Reshape", [name, "flat"], [f"{name}_1"])
            for name in ("top", "undeclared_mean", "loaded_mean")
        ),
        node("Concat", ["top_1", "undeclared_mean_1", "loaded_mean_1"], ["scores"], axis=0),
    ]
    constants = [
        constant("least", 1e-4), constant("most", 1.2), constant("first", [0], np.int64),
        constant("shield_level", 4.5), constant("load_level", 0.4), constant("metal_level", 2.5),
        constant("steep", 20.0), constant("one", 1.0), constant("stride", 4.0),
        constant("reach", 20.0), constant("paper_channel", one_hot[0]),
        constant("iron_channel", one_hot[1]), constant("nothing_channel", nothing),
        constant("per_channel", [1, 27, 1, 1], np.int64), constant("flat", [-1], np.int64),
        constant("channel_axis", [1], np.int64), constant("four", [4], np.int64),
        constant("last", [-1], np.int64),
    ]  # fmt: skip
    shapes = {
        "scan": [1, "energies", "height", "width"],
        "open_beam": [1, "energies", "levels", 1],
        "dark": [1, "energies", "levels", 1],
        "pitch_mm": [2],
        "declared_groups": [27],
        "shielding": [1, 1, "h4", "w4"],
        "goods": [1, 27, "h8", "w8"],
        "undeclared": [1, 1, "h8", "w8"],
        "regions": ["k", 5],
        "scores": [3],
    }
    values = {name: helper.make_tensor_value_info(name, floats, s) for name, s in shapes.items()}
    graph = helper.make_graph(
        nodes, "tiny", [values[n] for n in INPUTS], [values[n] for n in OUTPUTS], constants
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def tiny_metadata(graph: bytes, **changes: object) -> BundleMetadata:
    fields: dict[str, object] = {
        "name": "tiny",
        "version": "0.0.1",
        "inputs": tuple(Tensor(name=name, shape=()) for name in INPUTS),
        "outputs": tuple(Tensor(name=name, shape=()) for name in OUTPUTS),
        "goods_groups": tuple(group.name for group in goods_groups()),
        "thresholds": tiny_thresholds(),
        "scanners": {"coarse": BenignScores(scans=1, thresholds={}, quantiles={}, counts={})},
        "recipe": "tests",
        "recipe_sha256": "0" * 64,
        "sha256": hashlib.sha256(graph).hexdigest(),
    }
    return BundleMetadata(**fields | changes)  # type: ignore[arg-type]


def write_bundle(folder: Path, graph: bytes, metadata: BundleMetadata) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph)
    (folder / "bundle.json").write_bytes(msgspec.json.encode(metadata))
    return folder


@pytest.fixture(scope="session")
def kit() -> SimpleNamespace:
    """The makers above: with pytest's import mode a test cannot import its conftest."""
    return SimpleNamespace(
        walls=WALLS,
        unit=UNIT,
        load=LOAD,
        make_scan=make_scan,
        display_scan=display_scan,
        tiny_graph=tiny_graph,
        tiny_metadata=tiny_metadata,
        write_bundle=write_bundle,
    )


@pytest.fixture(scope="session")
def graph() -> bytes:
    return bytes(tiny_graph().SerializeToString())


@pytest.fixture(scope="session")
def bundle_dir(graph: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundles") / "tiny", graph, tiny_metadata(graph))


@pytest.fixture
def context_of(bundle_dir: Path) -> Callable[..., Context]:
    """Context of slabs, with thresholds changed by name."""

    def build(*slabs: Slab, energies_mv: tuple[float, ...] = (6.0, 4.0), **thresholds: float):
        scan = make_scan(*slabs, energies_mv=energies_mv)
        metadata = load_bundle(bundle_dir).metadata
        changed = {n: Threshold(value=v, unit="") for n, v in thresholds.items()}
        metadata = msgspec.structs.replace(metadata, thresholds=metadata.thresholds | changed)
        assert scan.profile is not None
        return Context(measure(scan, scan.profile, 40.0), metadata.operating_point("coarse"))

    return build
