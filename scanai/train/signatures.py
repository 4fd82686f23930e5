"""Learns a bundle's signatures: how the goods of each heading look to its own graph.

A perceptron of two hidden layers from the numbers of a section to the headings of the library,
trained on simulated honest loads of all of them, those too that the network was never shown: what
it makes of them is steady even where it is wrong. What honest lines score under their own code, and
what tells that a whole declaration is false (`misfit`), is learned by cross-fitting: each load is
read by signatures that never saw it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from scanai.errors import InputError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.inspect.evidence.assignment import assign
from scanai.inspect.evidence.lines import judged, line_score
from scanai.inspect.evidence.reading import GoodsReading, clear_sections, reading_of
from scanai.inspect.evidence.sections import feature_names
from scanai.inspect.signatures import MOST_EXCESS, Signatures, in_spreads, line_scores
from scanai.manifest.model import Line
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.recipe_file import RANDOM, known_headings
from scanai.synth.workers import ordered
from scanai.train.export import write_bundle
from scanai.train.honest_loads import HonestLoad, honest_loads
from scanai.train.misfit import learned_misfit
from scanai.train.packing_hints import packing_hints
from scanai.train.trials import fresh_scans, scanners_of

DEFAULT_LOADS = 2400
"""Whole ones: fifteen of each heading of the library as the first consignment."""
DEFAULT_CUTS = 24_000
"""Some 150 of each heading. A cut takes a third of the time of a whole load, and of one load all
sections tell much the same."""
LEAST_LOADS = 10
"""Fewer cannot be shared out over the folds of cross-fitting."""
DEFAULT_SEED = 600_000
_SEEDS_APART = 10
"""Between one learning and the next that goes on from it."""
_FOLDS = 5
_HIDDEN = 512
"""In each of two layers. Measured with one layer: half as many name 0.7 points fewer sections of
loads left out rightly."""
_DROPOUT = (0.2, 0.4)
"""Of inputs and of hidden units; with 0.3 of these more sections are misread beyond 1 to 50."""
_DECAY = 0.1
_HINT = 1.0
"""Half as much names as many sections of loads left out, and is surer where it is wrong."""
_RATE = 2e-3
_FURTHER_RATE = 2.5e-4
"""Where learning goes on: twice as much forgets more than it learns. Hints are left out then, for
signatures do not hold what they were taught of them, and to learn it anew disturbs."""
_BATCH = 256
_EPOCHS, _LEAST_STEPS = 16, 300
_RIDGE = 0.03
"""For each load, on the squared weights of the reading of mass; 0.01 to 0.3 are alike on loads
left out."""
_LEAST_SPREAD = 1e-3
_RANDOM_OFTENER = 1.5
"""Than all scanners of a name together: 6 of 10."""
_CUT_PX = 512
"""Along the travel: one or two of the shorter sections."""


def learn_signatures(
    bundle: str | Path,
    *,
    loads: int = DEFAULT_LOADS,
    cuts: int = DEFAULT_CUTS,
    seed: int | None = None,
    start: Signatures | None = None,
    keep: Path | None = None,
    workers: int = 1,
) -> BundleMetadata:
    """Rewrites the bundle in place with signatures from so many honest loads.

    On the scanners of the training alone: figures on other scanners are then of ones that nothing
    was learned on. loads: whole ones, whose lines are scored. cuts: of further
    loads, to learn from alone, by the seed after `seed`. start: signatures of the same weights, to
    go on from; without a seed, one that they have not seen is taken. keep: folder where loads and
    cuts stay, for a call that was stopped to go on with. RecipeError when one of the seeds is of
    the training, of thresholds or of `start`; InputError as of `require_startable`.
    """
    bundle = Path(bundle)
    metadata = msgspec.structs.replace(load_bundle(bundle).metadata, signatures=start)
    if start is not None:
        require_startable(start, metadata.goods_features)
    seed = next_seed(start) if seed is None else seed
    seeds = (seed, seed + 1)
    whole, further = (
        _recipe(metadata, count, one) for count, one in zip((loads, cuts), seeds, strict=True)
    )
    seen = honest_loads(bundle, whole, keep=keep, workers=workers)
    further = msgspec.structs.replace(further, x_window_px=_CUT_PX)
    cut = honest_loads(bundle, further, keep=keep, workers=workers) if cuts else []
    readings = cross_fitted(seen, cut, start=start, workers=workers)
    signatures = msgspec.structs.replace(
        learned([*seen, *cut], seeds, start),
        lines=line_scores(honest_line_scores(readings)),
        misfit=learned_misfit(readings),
    )
    return write_signatures(bundle, signatures)


def next_seed(start: Signatures | None) -> int:
    """Of whole loads, of cuts and of scans for the map: the first of three that it has not seen."""
    seen = set() if start is None else set(start.seeds)
    tens = itertools.count(DEFAULT_SEED, _SEEDS_APART)
    return next(seed for seed in tens if seen.isdisjoint(range(seed, seed + 3)))


def require_startable(start: Signatures, goods_features: int) -> None:
    """InputError unless these are signatures as they are learned now, of every heading, of a graph
    that tells so many goods features."""
    missing = sorted(set(known_headings()) - set(start.headings))
    names = feature_names(goods_features)
    if missing or start.features != names or not start.second_weights:
        found = f"none of heading {missing[0]}" if missing else "those of an earlier ScanAI"
        expected = "ones of all headings, learned by this ScanAI"
        raise InputError("signatures to go on from", expected, found)


def write_signatures(bundle: str | Path, signatures: Signatures) -> BundleMetadata:
    """Rewrites the bundle in place with these signatures, learned from its own weights."""
    loaded = load_bundle(bundle)
    return write_bundle(
        Path(bundle),
        onnx.load_from_string(loaded.graph),
        msgspec.structs.replace(loaded.metadata, signatures=signatures),
    )


def _recipe(metadata: BundleMetadata, loads: int, seed: int) -> DatasetRecipe:
    return msgspec.structs.replace(
        fresh_scans(metadata, seed, loads, {"benign": 1.0}),
        profiles=_scanners(metadata),
        headings=tuple(known_headings()),
    )


def _scanners(metadata: BundleMetadata) -> tuple[str, ...]:
    """Those of the training; ones drawn at random, where it had them, half as often again as all
    others together: every one of them is another, and views from above and below are few."""
    named = tuple(name for name in scanners_of(metadata) if name != RANDOM)
    drawn = max(round(_RANDOM_OFTENER * len(named)), 1) if RANDOM in scanners_of(metadata) else 0
    return (*named, *(RANDOM,) * drawn)


def learned(
    loads: Sequence[HonestLoad], seeds: tuple[int, ...] = (), start: Signatures | None = None
) -> Signatures:
    """The reading that fits these loads best, every load counting by the root of its sections.

    start: signatures to go on from, whose scale and headings stay.
    """
    features = np.vstack([load.sections.features for load in loads])
    if start is None:
        # Without a scanner of two energies there is no ratio at all: no number says anything then.
        features[:, ~np.isfinite(features).any(axis=0)] = 0.0
        headings = tuple(sorted({name for load in loads for one in load.goods for name in one}))
        mean, spread = np.nanmean(features, axis=0), np.nanstd(features, axis=0) + _LEAST_SPREAD
    else:
        headings, mean, spread = start.headings, np.array(start.mean), np.array(start.spread)
    usual = in_spreads(features, mean, spread)
    answers = [_targets(loads, headings), *([] if start else _hints(loads))]
    hidden, second, outer = _perceptron(usual, answers, _importance(loads), start)
    mass_weights, mass_bias = _mass_regression(loads, usual, start)
    return Signatures(
        headings=headings,
        features=feature_names((features.shape[1] - len(feature_names(0))) // 2),
        mean=_row(mean),
        spread=_row(spread),
        hidden_weights=_rows(hidden[0]),
        hidden_bias=_row(hidden[1]),
        second_weights=_rows(second[0]),
        second_bias=_row(second[1]),
        weights=_rows(outer[0]),
        bias=_row(outer[1]),
        mass_weights=_row(mass_weights),
        mass_bias=round(mass_bias, 5),
        lines={},
        scans=len(loads) + (start.scans if start else 0),
        seeds=(*(start.seeds if start else ()), *seeds),
    )


def cross_fitted(
    loads: Sequence[HonestLoad],
    cuts: Sequence[HonestLoad] = (),
    *,
    start: Signatures | None = None,
    workers: int = 1,
) -> list[tuple[GoodsReading, tuple[Line, ...]]]:
    """Each load as signatures read it that never saw it, learned from all other loads and from the
    cuts, and its lines. start: signatures to go on from, which saw none of them. Processes of one
    thread agree with this one, of all threads, to the last digits."""
    folds = ordered(partial(_left_out, loads, cuts, start), range(_FOLDS), min(workers, _FOLDS))
    each = tqdm(folds, desc="signatures left out", unit="fold", total=_FOLDS)
    return [reading for fold in each for reading in fold]


def _left_out(
    loads: Sequence[HonestLoad], cuts: Sequence[HonestLoad], start: Signatures | None, fold: int
) -> list[tuple[GoodsReading, tuple[Line, ...]]]:
    """Of every fifth load from number `fold` on."""
    held = [load for number, load in enumerate(loads) if number % _FOLDS == fold]
    others = [load for number, load in enumerate(loads) if number % _FOLDS != fold]
    signatures = learned([*others, *cuts], start=start)
    return [(reading_of(load.sections, signatures), load.lines) for load in held]


def honest_line_scores(
    readings: Iterable[tuple[GoodsReading, Sequence[Line]]],
) -> dict[str, list[float]]:
    """For each declared heading what its lines score under their own code."""
    scores: dict[str, list[float]] = {}
    for reading, lines in readings:
        assignment = assign(reading, lines)
        if assignment is None:
            continue
        for number, line in enumerate(lines):
            if line.coded and judged(assignment, number):
                score = line_score(reading, line.hs_code, assignment.kg[:, number])
                scores.setdefault(line.hs_code[:4], []).append(score)
    return scores


def _targets(loads: Sequence[HonestLoad], headings: Sequence[str]) -> NDArray[np.float64]:
    """(sections, 1 + headings) share of each heading; 1 in column 0 where there are no goods."""
    column = {heading: place for place, heading in enumerate(headings, start=1)}
    goods = [one for load in loads for one in load.goods]
    targets = np.zeros((len(goods), len(headings) + 1))
    for row, one in enumerate(goods):
        for heading, share in one.items():
            targets[row, column[heading]] = share
        if not one:
            targets[row, 0] = 1.0
    return targets


def _hints(loads: Sequence[HonestLoad]) -> list[NDArray[np.float64]]:
    each = [packing_hints(load.goods, load.packings) for load in loads]
    return [np.vstack(tables) for tables in zip(*each, strict=True)]


def _importance(loads: Sequence[HonestLoad]) -> NDArray[np.float64]:
    """(sections,) Neighbours tell much the same: a long load is not so much more than a short."""
    each = [np.full(len(load.goods), 1 / np.sqrt(len(load.goods))) for load in loads]
    weights = np.concatenate(each)
    return np.asarray(weights / weights.sum(), np.float64)


def _perceptron(
    inputs: NDArray[np.float64],
    answers: Sequence[NDArray[np.float64]],
    importance: NDArray[np.float64],
    start: Signatures | None,
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Weights (out, in) and bias (out,) of the two hidden layers and of the first answer, of least
    cross entropy; equal arguments, equal numbers. The other answers are learned beside it, each
    counting _HINT as much. start: whose layers it goes on from, at a lower rate."""
    share = importance * len(inputs)
    x, shares = (torch.from_numpy(values).float() for values in (inputs, share))
    wanted = [torch.from_numpy(values).float() for values in answers]
    sizes = [one.shape[1] for one in wanted]
    each = -(-len(x) // _BATCH)
    epochs = max(_EPOCHS, -(-_LEAST_STEPS // each))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        widths = (x.shape[1], _HIDDEN, _HIDDEN, sum(sizes))
        layers = [nn.Linear(*ends) for ends in itertools.pairwise(widths)]
        if start is not None:
            _take_over(layers, start)
        network = _network(layers)
        optimiser = torch.optim.AdamW(network.parameters(), weight_decay=_DECAY)
        most = _RATE if start is None else _FURTHER_RATE
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, most, epochs * each)
        for _ in range(epochs):
            for rows in torch.split(torch.randperm(len(x)), _BATCH):
                loss = torch.zeros(())
                for number, told in enumerate(torch.split(network(x[rows]), sizes, dim=1)):
                    fits = (torch.log_softmax(told, dim=1) * wanted[number][rows]).sum(dim=1)
                    loss -= (1.0 if number == 0 else _HINT) * (shares[rows] * fits).mean()
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                rate.step()
        if start is None:
            # What no load ever showed was not learned from, and its weights are drawn at random.
            shown = (np.abs(inputs) > _LEAST_SPREAD).any(axis=0)
            layers[0].weight.data[:, ~torch.from_numpy(shown)] = 0.0
    *hidden, (weights, bias) = [
        (one.weight.detach().double().numpy(), one.bias.detach().double().numpy()) for one in layers
    ]
    return [*hidden, (weights[: sizes[0]], bias[: sizes[0]])]


def _take_over(layers: Sequence[nn.Linear], start: Signatures) -> None:
    for layer, (weights, bias) in zip(layers, start.layers, strict=True):
        layer.weight.data = torch.from_numpy(weights).float()
        layer.bias.data = torch.from_numpy(bias).float()


def _network(layers: Sequence[nn.Linear]) -> nn.Sequential:
    *hidden, outer = layers
    inside = [part for one in hidden for part in (one, nn.ReLU(), nn.Dropout(_DROPOUT[1]))]
    return nn.Sequential(nn.Dropout(_DROPOUT[0]), *inside, outer)


def _mass_regression(
    loads: Sequence[HonestLoad], usual: NDArray[np.float64], start: Signatures | None
) -> tuple[NDArray[np.float64], float]:
    """(weights (inputs,), bias) of the share that sections weigh more than is seen, by what whole
    loads lack; that of the start, or 0, where no load tells. Ridge regression of shares of the
    total, whose errors are alike for light loads and heavy ones; what the start reads is held to
    like 0 without one."""
    known = np.zeros(usual.shape[1] + 1)
    if start is not None:
        known[:] = (*start.mass_weights, start.mass_bias)
    ends = np.cumsum([len(load.goods) for load in loads])
    rows, lacking = [], []
    for load, inputs in zip(loads, np.split(usual, ends[:-1]), strict=True):
        if load.missing_kg is None:
            continue
        # Of the sections that are corrected: where the beam gets through everywhere.
        clear = clear_sections(load.sections)
        shares = load.sections.kg[clear] / load.total_kg
        rows.append(shares @ np.column_stack((inputs[clear], np.ones(len(shares)))))
        lacking.append(np.clip(load.missing_kg / load.total_kg, -MOST_EXCESS, MOST_EXCESS))
    if not any(row.any() for row in rows):
        return known[:-1], float(known[-1])
    x = np.array(rows)
    y = np.array(lacking) - x @ known
    penalty = _RIDGE * len(x) * np.eye(x.shape[1])
    if start is None:
        penalty[-1, -1] = 0.0
    weights = known + np.linalg.solve(x.T @ x + penalty, x.T @ y)
    return weights[:-1], float(weights[-1])


def _rows(values: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(_row(row) for row in values)


def _row(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)
