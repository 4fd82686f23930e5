"""From a shipped recipe to a measured bundle with the real simulator and the real Inspector.

The budget is tiny: this proves that the way is open, not that the model is good.
"""

from __future__ import annotations

import html
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from benchmark_making import write_benchmark

from scanai.inspect.bundle import load_bundle
from scanai.train.evaluate import evaluate
from scanai.train.figure_words import words_of
from scanai.train.loop import train
from scanai.train.metrics import METRICS_FILE, Metrics
from scanai.train.recipe import TrainingRecipe, read_recipe
from scanai.train.release import export_run
from scanai.train.thresholds import LOAD_TAKEN_OFF
from scanai.train.windows import data_recipe, load_window, make_windows

SMOKE = Path(__file__).parents[2] / "training" / "recipes" / "smoke.toml"
TINY = {
    "windows": "4",
    "validation_windows": "2",
    "window_px": "160",
    "steps": "2",
    "batch": "2",
    "crop_px": "[128, 128]",
    "profiles": '["mobile-4"]',
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the smoke recipe with next to nothing to do."""
    folder = tmp_path_factory.mktemp("run")
    lines = SMOKE.read_text("utf-8").splitlines()
    changed = [
        f"{key} = {TINY[key]}" if (key := line.split(" = ")[0]) in TINY else line for line in lines
    ]
    recipe = folder / "tiny.toml"
    recipe.write_text("\n".join(changed), "utf-8")
    assert read_recipe(recipe)[0].steps == 2
    return train(recipe, folder / "run")


@pytest.fixture(scope="module")
def bundle(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle") / "tiny"
    export_run(
        run,
        out,
        name="tiny",
        version="0.0.1",
        benign_scans=9,
        honest_loads=0,
        region_scans=0,
        false_alarm_rate=0.1,
    )
    return out


def test_run_logs_its_losses_and_validation(run: Path) -> None:
    records = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    assert records[0]["step"] == 2
    assert np.isfinite(records[0]["loss"]["total"])
    assert records[-1]["step"] == 2
    assert records[-1]["validation"].keys() >= {"goods_accuracy"}


def test_windows_show_goods_and_threats_where_the_attenuation_is(run: Path) -> None:
    windows = [load_window(path) for path in sorted((run / "windows").rglob("*.npz"))]
    assert len(windows) == 6
    assert any(len(window.boxes) for window in windows)
    for window in windows:
        full = window.goods > 0
        coarse = window.attenuation[0, ::8, ::8][: full.shape[0], : full.shape[1]]
        assert full.any()
        assert coarse[full].mean() > 0.2
        for x0, y0, x1, y1, _ in window.boxes.astype(int):
            assert window.shield[0, y0 // 4 : -(-y1 // 4), x0 // 4 : -(-x1 // 4)].max() > 0.2


def test_bundle_carries_thresholds_set_on_its_scanner(bundle: Path) -> None:
    metadata = load_bundle(bundle).metadata
    assert metadata.scanners.keys() == {"mobile-4"}
    own = metadata.operating_point("mobile-4")
    assert own.thresholds["opaque_area"] == metadata.scanners["mobile-4"].thresholds["opaque_area"]
    assert metadata.thresholds["opaque_area"].false_alarm_rate == 0.1
    assert metadata.thresholds["shielding_excess"].false_alarm_rate is None
    assert own.thresholds["load_taken_off"] == LOAD_TAKEN_OFF
    assert own.p_value("opaque_area", 1e12) == pytest.approx(0.1)
    assert "Set on benign simulated scans: 9 of mobile-4." in (bundle / "README.md").read_text(
        "utf-8"
    )


def test_evaluation_writes_its_figures_into_the_bundle(bundle: Path, tmp_path: Path) -> None:
    benchmark = write_benchmark(tmp_path / "few.toml", 710_005, 6)
    metrics = evaluate(bundle, benchmark, tmp_path / "run")
    written = msgspec.json.decode((bundle / METRICS_FILE).read_bytes(), type=Metrics)
    assert written == metrics
    assert metrics.sha256 == load_bundle(bundle).metadata.sha256
    assert sum(metrics.scans.values()) == 6
    assert metrics.figures["false_alarms.any"].count == metrics.scans["benign"]
    assert metrics.compared.keys() == {"tiny", "attenuation", "segments"}
    page = (tmp_path / "run" / "benchmark.html").read_text("utf-8")
    for name in metrics.figures:
        assert f'<td title="{name}">{words_of(name)}</td>' in html.unescape(page), name
    assert page.count("<svg") == 5
    for name, figure in metrics.figures.items():
        assert figure.low <= figure.value <= figure.high, name
    assert (
        "| goods group by mass, scanners seen in training |" in (bundle / "README.md").read_text()
    )


@pytest.mark.slow
def test_windows_are_the_same_for_any_number_of_workers(
    tmp_path: Path, recipe: TrainingRecipe
) -> None:
    training = msgspec.structs.replace(
        recipe, profiles=("mobile-4", "portal-6-4"), kinds={"concealed": 1.0}, window_px=160
    )
    data = data_recipe(training, 11, 6)
    alone = make_windows(data, tmp_path / "1", 1, "windows")
    together = make_windows(data, tmp_path / "2", 2, "windows")
    for first, second in zip(alone, together, strict=True):
        assert first.read_bytes() == second.read_bytes()
