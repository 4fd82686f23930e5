"""Model bundle: one folder with graph, metadata and card; read here, checked before it is loaded.

`BundleMetadata` is bundle.json. Export writes it, the Inspector reads it; no threshold and no
calibration lives anywhere else. Running the graph is in `maps`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import ceil, inf, isfinite, nextafter
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from scanai.errors import BundleError
from scanai.input_files import opened
from scanai.inspect.graph_file import refers_to_other_files
from scanai.inspect.region_crops import RegionCrops
from scanai.inspect.region_odds import RegionOdds
from scanai.inspect.signatures import Signatures
from scanai.inspect.tails import CommonTail, tail_p
from scanai.records import from_json

if TYPE_CHECKING:
    import onnxruntime

GRAPH_FILE = "model.onnx"
INT8_FILE = "model.int8.onnx"
LUMPS_FILE = "lumps.onnx"
METADATA_FILE = "bundle.json"
MAX_GRAPH_BYTES = 256 * 2**20
MAX_METADATA_BYTES = 16 * 2**20
INPUTS = ("scan", "open_beam", "dark", "pitch_mm", "declared_groups")
OUTPUTS = ("shielding", "goods", "undeclared", "regions", "scores")
LATER_OUTPUTS = ("high_z", "opaque", "areal_density", "features", "goods_features")
"""After OUTPUTS, in graphs exported from version 1 on; the last one from version 1.2 on."""
LUMP_OUTPUTS = ("lump",)
"""Of lumps.onnx; its inputs are the fields of RegionCrops."""
ANY_SCANNER = "random"
"""Among the scanners of a bundle: scanners drawn at random."""

_LATER_THRESHOLDS = frozenset(
    {
        "unfamiliar_distance",
        "opaque_mass_error",
        "portal_p",
        "portal_drift",
        "portal_suppression",
        "light_goods",
        "review_p",
        "room_ratio",
        "density_ratio",
        "package_mass_factor",
        "unexplained_goods",
        "goods_misfit",
        "shielding_odds",
        "load_taken_off",
        "same_group_share",
    }
)
"""That bundles made before these were known have no value for; the initial ones stand in."""
_RETIRED_THRESHOLDS = frozenset({"undeclared_ratio"})
"""That bundles may carry and nothing uses any more."""
_FORMAT = "scanai-bundle/1"
_PARTS = ("probability", "share")
"""Units of which no threshold is above 1."""
_SIGNED = ("ln odds",)
"""Units of which a threshold may lie below 0."""

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Tensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One input or output of the graph."""

    name: str
    shape: tuple[int | str, ...]
    """A word where the size is free."""
    dtype: Literal["float32"] = "float32"
    unit: str = ""
    range: tuple[float | None, float | None] = (None, None)
    meaning: str = ""


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    value: float
    unit: str
    false_alarm_rate: Share | None = None
    """Share of benign scans that pass it, which it was set for; None: not set on scans."""
    meaning: str = ""


class BenignScores(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What harmless scans of one scanner score, and the thresholds that follow."""

    scans: Annotated[int, msgspec.Meta(ge=1)]
    thresholds: dict[str, float]
    """Those that are set on a score: they take the place of the bundle's."""
    quantiles: dict[str, tuple[float, ...]]
    """For each evidence score, evenly spaced quantiles (0 to 1)."""
    counts: dict[str, Annotated[int, msgspec.Meta(ge=1)]]
    """How many scans have that score: not every kind of evidence applies to every scan."""

    def p_value(self, score_name: str, score: float) -> float | None:
        """Share of benign scans with at least this score, this one counted in; None if unknown.

        The conformal p-value, (1 + n at or above) / (1 + n). Between two quantiles the larger
        number counts, so that a p-value never flatters.
        """
        quantiles = self.quantiles.get(score_name)
        n = self.counts.get(score_name, 0)
        if not quantiles or not n:
            return None
        return (1 + n - self._below(quantiles, n, score)) / (1 + n)

    def p_span(self, score_name: str, score: float) -> tuple[float, float] | None:
        """The p-values that scans with this score share evenly: above the first, up to the second.

        A p-value drawn between them is uniform for exchangeable scans, ties or not; None: unknown.
        """
        high = self.p_value(score_name, score)
        if high is None:
            return None
        quantiles, n = self.quantiles[score_name], self.counts[score_name]
        # At or below the score lie at most all scans up to the next quantile above it.
        place = sum(quantile <= score for quantile in quantiles)
        most = n if place == len(quantiles) else ceil(place * (n - 1) / (len(quantiles) - 1))
        return (n - most) / (1 + n), high

    @staticmethod
    def _below(quantiles: tuple[float, ...], n: int, score: float) -> int:
        """How many of the n scans score below, at least."""
        passed = sum(quantile < score for quantile in quantiles) - 1
        # The scan at place i of n, in order, is at or below every quantile from i / (n − 1) on.
        return passed * (n - 1) // max(len(quantiles) - 1, 1) + 1 if passed >= 0 else 0


@dataclass(frozen=True)
class OperatingPoint:
    """The thresholds in force on one scanner, and how rare a score is there."""

    thresholds: dict[str, float]
    benign: BenignScores | None
    """None where the thresholds were not set on scans of this scanner or of any scanner drawn."""
    own: bool = True
    """False where `benign` are scans of scanners drawn at random instead of this one's."""
    tails: Mapping[str, CommonTail] = field(default_factory=dict)
    """Of scores whose tail is known from other scanners too."""

    def counted(self, score_name: str, score: float) -> float:
        """The score as evidence: what is not worth telling is none, and counts as the least that
        any benign scan has."""
        quantiles = None if self.benign is None else self.benign.quantiles.get(score_name)
        if quantiles is None or score >= _least_told().get(score_name, -inf):
            return score
        return min(score, quantiles[0])

    def p_value(self, score_name: str, score: float) -> float | None:
        """None on a scanner that the thresholds were not set on: its benign scans are unknown."""
        return None if self.benign is None else self.benign.p_value(score_name, score)

    def p_span(self, score_name: str, score: float) -> tuple[float, float] | None:
        """The p-values that scans with this score share; None where `p_value` is."""
        return None if self.benign is None else self.benign.p_span(score_name, score)

    def order_p(self, score_name: str, score: float) -> float | None:
        """How rare the score is as evidence, falling on beyond all benign scans: for the order of
        a queue. None where none of these has the score."""
        if self.benign is None or score_name not in self.benign.quantiles:
            return None
        quantiles, count = self.benign.quantiles[score_name], self.benign.counts[score_name]
        counted = self.counted(score_name, score)
        return tail_p(counted, quantiles, count, self.tails.get(score_name))

    def above_all(self, score_name: str, p_value: float) -> bool:
        """Whether a p-value of that score is the least there can be: no benign scan reached it."""
        count = 0 if self.benign is None else self.benign.counts.get(score_name, 0)
        return count > 0 and p_value * (1 + count) < 1.5


class FeatureReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where benign scans lie in the graph's `features`."""

    mean: tuple[float, ...]
    directions: tuple[tuple[float, ...], ...]
    """Of the greatest spread of benign scans, each divided by its standard deviation."""


class LumpGraph(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What bundle.json says of lumps.onnx."""

    sha256: Sha256
    crops: str
    """The crops that it expects, as `region_crops.FORM`."""


class BundleMetadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """bundle.json."""

    format: Literal["scanai-bundle/1"] = "scanai-bundle/1"
    name: str
    version: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    goods_groups: tuple[str, ...]
    """Name of goods group 1, 2, …; channel 0 of the goods map is "nothing"."""
    thresholds: dict[str, Threshold]
    """Exactly the names of data/thresholds.toml; the values for a scanner that is not known."""
    scanners: dict[str, BenignScores] = {}
    """Scanner profiles on whose benign scans the thresholds were set; none: initial thresholds.

    ANY_SCANNER: of scanners drawn at random, which stands for one that is not known."""
    tails: dict[str, CommonTail] = {}
    """Of scores on all these scanners; none: a scanner's own scans alone tell its tails."""
    familiar: FeatureReference | None = None
    """Benign scans of all these scanners; None where the graph has no features."""
    signatures: Signatures | None = None
    """How the goods of each heading look; None: the goods map alone is read."""
    region_odds: RegionOdds | None = None
    """How surely a region is a shield, beside physics and papers; None: the graph alone says."""
    lumps: LumpGraph | None = None
    """Of lumps.onnx, which tells lumps from parts of goods; None where there is none."""
    threshold_seeds: tuple[int, ...] = ()
    """Of the simulated scans that set the thresholds: figures must come from others."""
    recipe: str
    recipe_sha256: Sha256
    earlier_recipes: tuple[str, ...] = ()
    """Recipes of the weights that this training went on from, the first one first."""
    sha256: Sha256
    """Of model.onnx."""
    int8_sha256: Sha256 | None = None
    """Of model.int8.onnx, the same graph with its trunk in 8 bits; None where there is none."""

    @property
    def goods_features(self) -> int:
        """How many the graph tells of a cell; 0 for one that tells none."""
        shapes = [tensor.shape for tensor in self.outputs if tensor.name == LATER_OUTPUTS[-1]]
        sizes = [size for shape in shapes for size in shape[1:2]]
        return sizes[0] if sizes and isinstance(sizes[0], int) else 0

    def operating_point(self, scanner: str | None) -> OperatingPoint:
        """Thresholds in force on the scanner of that profile name, or on one that is not known."""
        own = self.scanners.get(scanner or ANY_SCANNER, self.scanners.get(ANY_SCANNER))
        known = initial_thresholds() | self.thresholds
        values = {name: entry.value for name, entry in known.items()}
        thresholds = values | ({} if own is None else own.thresholds)
        thresholds = {name: thresholds[name] for name in thresholds if name in initial_thresholds()}
        return OperatingPoint(thresholds, own, own=scanner in self.scanners, tails=self.tails)


@dataclass(frozen=True)
class Bundle:
    """A checked bundle. Graphs are held as the bytes that were checked, not as paths."""

    path: Path
    metadata: BundleMetadata
    graph: bytes
    lumps: bytes | None = None

    @property
    def sha256(self) -> str:
        """Of the graph that is held: in 8 bits it is another one."""
        return hashlib.sha256(self.graph).hexdigest()

    def session(self, threads: int | None = None) -> onnxruntime.InferenceSession:
        """A runtime session on the CPU; `threads` defaults to the number of processors."""
        told = tuple(tensor.name for tensor in self.metadata.outputs)
        return _session(self.path / GRAPH_FILE, self.graph, threads, INPUTS, told)

    def lump_session(self, threads: int | None = None) -> onnxruntime.InferenceSession | None:
        """The same of lumps.onnx; None where there is none."""
        if self.lumps is None:
            return None
        return _session(
            self.path / LUMPS_FILE, self.lumps, threads, RegionCrops._fields, LUMP_OUTPUTS
        )


def _session(
    path: Path, graph: bytes, threads: int | None, inputs: Sequence[str], outputs: Sequence[str]
) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cpu_count() or 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own exceptions share no public base
        reason = str(error).splitlines()[0]
        raise BundleError(path, "a graph that ONNX Runtime loads", reason) from error
    _check_names(path, "inputs", inputs, [tensor.name for tensor in session.get_inputs()])
    _check_names(path, "outputs", outputs, [tensor.name for tensor in session.get_outputs()])
    return session


def load_bundle(path: str | Path, *, int8: bool = False) -> Bundle:
    """Reads and checks a bundle folder; BundleError says what is wrong with it.

    int8: its graph in 8 bits, which is faster and answers a little otherwise.
    """
    path = Path(path)
    if not path.is_dir():
        raise BundleError(path, "a bundle folder", "no such folder")
    metadata_file = path / METADATA_FILE
    content = _read(metadata_file, MAX_METADATA_BYTES)
    _check_format(metadata_file, content)
    what = f"{_FORMAT} metadata"
    metadata = from_json(content, BundleMetadata, metadata_file, what, BundleError)
    _check_thresholds(metadata_file, metadata)
    _check_scores(metadata_file, metadata)
    _check_names(metadata_file, "inputs", INPUTS, [tensor.name for tensor in metadata.inputs])
    outputs = [tensor.name for tensor in metadata.outputs]
    _check_names(metadata_file, "outputs", _outputs_of_as_many(len(outputs)), outputs)
    expected = metadata.int8_sha256 if int8 else metadata.sha256
    if expected is None:
        raise BundleError(path, "a bundle with a graph in 8 bits", "one without")
    graph = _graph(path / (INT8_FILE if int8 else GRAPH_FILE), expected)
    lumps = metadata.lumps
    return Bundle(
        path, metadata, graph, None if lumps is None else _graph(path / LUMPS_FILE, lumps.sha256)
    )


def _graph(path: Path, sha256: str) -> bytes:
    """The bytes of an ONNX file that is just what the metadata says, and complete in itself."""
    graph = _read(path, MAX_GRAPH_BYTES)
    found = hashlib.sha256(graph).hexdigest()
    if found != sha256:
        raise BundleError(path, f"SHA-256 {sha256}", found)
    try:
        external = refers_to_other_files(graph)
    except ValueError as error:
        raise BundleError(path, "an ONNX graph", str(error)) from error
    if external:
        raise BundleError(path, "a graph complete in itself", "tensors kept in other files")
    return graph


@cache
def threshold_table() -> dict[str, dict[str, str | float]]:
    """data/thresholds.toml: name → unit, initial, set_on, meaning, and least and part_of_rate where
    there are any."""
    text = files("scanai.inspect").joinpath("data/thresholds.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _least_told() -> dict[str, float]:
    """For a score what is `least` for the threshold on it."""
    rows = threshold_table().values()
    return {str(row["set_on"]): float(row["least"]) for row in rows if "least" in row}


def initial_thresholds() -> dict[str, Threshold]:
    """What export writes before the thresholds are set on benign scans."""
    return {
        name: Threshold(
            value=float(entry["initial"]), unit=str(entry["unit"]), meaning=str(entry["meaning"])
        )
        for name, entry in threshold_table().items()
    }


def _check_format(source: Path, content: bytes) -> None:
    """Before anything else: a later format may differ in all else."""
    fields = from_json(content, dict[str, Any], source, f"{_FORMAT} metadata", BundleError)
    found = str(fields.get("format", "none"))
    if found != _FORMAT:
        raise BundleError(source, f"format {_FORMAT}, which this ScanAI reads", found)


def _check_thresholds(source: Path, metadata: BundleMetadata) -> None:
    expected, found = set(threshold_table()), set(metadata.thresholds)
    if missing := sorted(expected - found - _LATER_THRESHOLDS):
        raise BundleError(source, f"thresholds {', '.join(missing)}", "none of these")
    own = {name for scores in metadata.scanners.values() for name in scores.thresholds}
    if unknown := sorted((found | own) - expected - _RETIRED_THRESHOLDS):
        raise BundleError(source, "only known thresholds", ", ".join(unknown))


def _check_scores(source: Path, metadata: BundleMetadata) -> None:
    """Thresholds that a score can reach, and quantiles that are quantiles."""
    values = [(name, entry.value) for name, entry in metadata.thresholds.items()]
    for scanner, scores in metadata.scanners.items():
        values += [(f"{name} of {scanner}", value) for name, value in scores.thresholds.items()]
        for name, quantiles in scores.quantiles.items():
            if len(quantiles) < 2 or list(quantiles) != sorted(quantiles):
                where = f"quantiles of {name} of {scanner}"
                raise BundleError(source, f"rising {where}", f"{len(quantiles)} that do not rise")
    scored = {name for scores in metadata.scanners.values() for name in scores.quantiles}
    if unknown := sorted(metadata.tails.keys() - scored):
        raise BundleError(source, "tails of scores that have quantiles", ", ".join(unknown))
    if metadata.signatures is not None and (wrong := metadata.signatures.wrong()):
        raise BundleError(source, "signatures that fit together", f"others ({wrong})")
    if metadata.region_odds is not None and (wrong := metadata.region_odds.wrong()):
        raise BundleError(source, "odds of regions that fit together", f"others ({wrong})")
    known = metadata.thresholds | initial_thresholds()
    for name, value in values:
        unit = known[name.split(" ")[0]].unit
        least, most = -inf if unit in _SIGNED else 0.0, 1.0 if unit in _PARTS else inf
        # Just above the greatest score, where benign ones reach it: then none alarms.
        if not least <= value <= nextafter(most, inf) or not isfinite(value):
            expected = f"threshold {name} within {least:g} and {most:g}"
            raise BundleError(source, expected, f"{value:g}")


def _outputs_of_as_many(count: int) -> tuple[str, ...]:
    """Of the three sorts of graphs so far, the least that has so many outputs."""
    every = OUTPUTS + LATER_OUTPUTS
    return next((every[:size] for size in (len(OUTPUTS), len(every) - 1) if count <= size), every)


def _check_names(path: Path, what: str, expected: Sequence[str], found: Sequence[str]) -> None:
    if tuple(found) != tuple(expected):
        raise BundleError(path, f"{what} {', '.join(expected)}", ", ".join(found) or "none")


def _read(path: Path, limit: int) -> bytes:
    try:
        with opened(path) as stream:
            size = path.stat().st_size
            if size > limit:
                raise BundleError(path, f"at most {limit} bytes", f"{size} bytes")
            return stream.read()
    except OSError as error:
        raise BundleError(path, "a readable file", error.strerror or str(error)) from error
