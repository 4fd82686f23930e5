"""Drift: uniform p-values are none, shifted ones are, ties are cautious."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from scanai.cli import main
from scanai.drift import drift_of
from scanai.inspect.bundle import BenignScores, OperatingPoint

QUANTILES = tuple(np.quantile(np.random.default_rng(1).normal(size=2000), np.linspace(0, 1, 101)))
SAMPLES = Path(__file__).resolve().parents[1] / "datasets" / "samples"


class Metadata:
    """Knows one scanner."""

    def __init__(self, quantiles: tuple[float, ...] = QUANTILES) -> None:
        benign = BenignScores(
            scans=2000, thresholds={}, quantiles={"mass": quantiles}, counts={"mass": 2000}
        )
        self._point = OperatingPoint({}, benign)

    def operating_point(self, scanner: str | None) -> OperatingPoint:
        return self._point if scanner == "own" else OperatingPoint({}, None)


def _reports(scores: np.ndarray, scanner: str | None = "own") -> list[SimpleNamespace]:
    return [SimpleNamespace(scanner=scanner, evidence_scores={"mass": float(s)}) for s in scores]


def test_benign_scans_as_those_before_have_not_drifted() -> None:
    drifted = 0
    for seed in range(40):
        scores = np.random.default_rng(100 + seed).normal(size=120)
        (row,) = drift_of(_reports(scores), Metadata())  # type: ignore[arg-type]
        drifted += row.drifted
    assert drifted <= 2


def test_scores_that_have_shifted_have_drifted_and_say_how_many_are_small() -> None:
    scores = np.random.default_rng(5).normal(0.8, 1, size=120)
    (row,) = drift_of(_reports(scores), Metadata())  # type: ignore[arg-type]
    assert row.drifted
    assert row.p_drift < 1e-6
    assert row.share_small == pytest.approx(0.2, abs=0.08)
    assert (row.scanner, row.score, row.scans) == ("own", "mass", 120)


def test_a_score_that_nearly_all_share_is_no_drift() -> None:
    """Nine in ten scans have no region at all, in the batch as before."""
    values = np.where(np.random.default_rng(2).random(2000) < 0.9, 0.0, 0.5)
    quantiles = tuple(np.quantile(values, np.linspace(0, 1, 101)))
    scores = np.where(np.random.default_rng(3).random(200) < 0.9, 0.0, 0.5)
    (row,) = drift_of(_reports(scores), Metadata(quantiles))  # type: ignore[arg-type]
    assert not row.drifted


def test_few_scans_and_unknown_scanners_say_nothing() -> None:
    assert drift_of(_reports(np.zeros(19)), Metadata()) == []  # type: ignore[arg-type]
    assert drift_of(_reports(np.zeros(50), "other"), Metadata()) == []  # type: ignore[arg-type]


def test_command_line_reads_a_report_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans = sorted(map(str, SAMPLES.glob("portal*.tiff")))
    assert main(["inspect", *scans, "--out", str(tmp_path / "report")]) == 0
    (tmp_path / "report" / "notes.json").write_text("{}")
    capsys.readouterr()
    assert main(["drift", str(tmp_path / "report")]) == 0
    assert "2 reports: none of their scores has p-values on 20 scans" in capsys.readouterr().out
    assert main(["drift", str(tmp_path / "report"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_file_that_is_no_report_is_told_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": 3}')
    assert main(["drift", str(bad)]) == 2
    assert "bad.json: expected text at $.format, found 3" in capsys.readouterr().err
