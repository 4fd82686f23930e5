from __future__ import annotations

from pathlib import Path
from shutil import copytree

import msgspec
import pytest
from lump_making import with_lump_graph
from trial_making import trial

from scanai.inspect import Inspector
from scanai.inspect.bundle import load_bundle
from scanai.synth.dataset import DatasetRecipe
from scanai.train.benchmark_page import _panel
from scanai.train.trials import fresh_scans


@pytest.fixture
def one_scan(untrained_bundle: Path) -> DatasetRecipe:
    made = fresh_scans(load_bundle(untrained_bundle).metadata, 83, 1, {"concealed": 1.0})
    return msgspec.structs.replace(made, x_window_px=512)


@pytest.mark.parametrize("lumps", [False, True])
def test_a_scan_is_drawn_whether_or_not_lumps_are_told(
    untrained_bundle: Path, tmp_path: Path, one_scan: DatasetRecipe, lumps: bool
) -> None:
    folder = tmp_path / "bundle"
    copytree(untrained_bundle, folder)
    if lumps:
        with_lump_graph(folder, load_bundle(folder).metadata)
    panel = _panel(Inspector(folder, threads=1), one_scan, trial())
    assert panel.caption.startswith("0 · portal-6-4 · cartons; HS 2002")
    assert panel.picture.startswith("data:image/jpeg;base64,")
