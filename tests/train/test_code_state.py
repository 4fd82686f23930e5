"""What is cached of a benchmark belongs to one state of the code, and to all of it that counts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scanai.resources import scanner_profiles_dir
from scanai.synth.dataset import DatasetRecipe
from scanai.train.code_state import TRIAL_MODULES, TRIAL_PACKAGES, code_state, scans_key

ROOT = Path(__file__).resolve().parents[2]
RECIPE = DatasetRecipe(seed=77, count=4, profiles=("portal-6-4", "random"), kinds={"benign": 1.0})
NEEDLESS = {
    # Words of errors and masses, how files are read and written, where they lie.
    "errors.py", "records.py", "input_files.py", "bounded_xml.py", "resources.py", "__init__.py",
    "output_files.py", "plain_text.py", "train/__init__.py",
    # A trial runs the bundle's graph, not the network that it was exported from; of a recipe it
    # takes the names, which are in the key themselves.
    "train/network.py", "train/layers.py", "train/recipe.py", "train/regions.py",
    "train/second_look.py",
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package with one file in each place that counts."""
    for package in TRIAL_PACKAGES:
        (tmp_path / package / "data").mkdir(parents=True)
        (tmp_path / package / "one.py").write_text("ONE = 1\n")
        (tmp_path / package / "data" / "table.csv").write_text("a,b\n")
    (tmp_path / "train").mkdir()
    for name in (*TRIAL_MODULES, "train/loop.py"):
        (tmp_path / name).write_text("TWO = 2\n")
    return tmp_path


def test_a_change_of_code_or_table_is_another_state(root: Path) -> None:
    names = ["inspect/one.py", "physics/data/table.csv", "train/limits.py"]
    states = [code_state((), root)]
    for name in names:
        (root / name).write_text("changed\n")
        code_state.cache_clear()
        states.append(code_state((), root))
    (root / "synth" / "new.py").write_text("")
    code_state.cache_clear()
    states.append(code_state((), root))
    assert len(set(states)) == 5


def test_what_no_trial_comes_from_changes_nothing(root: Path) -> None:
    before = code_state((), root)
    (root / "train" / "loop.py").write_text("changed\n")
    (root / "synth" / "__pycache__").mkdir()
    (root / "synth" / "__pycache__" / "one.pyc").write_bytes(b"\0")
    code_state.cache_clear()
    assert code_state((), root) == before
    assert code_state(("train/loop.py",), root) != before


def test_every_module_that_a_trial_imports_is_counted() -> None:
    counted = (*TRIAL_MODULES, *(f"{package}/" for package in TRIAL_PACKAGES))
    reached = _reached("scanai.train.trials")
    assert len(reached) > 50
    forgotten = [name for name in reached if not name.startswith(counted)]
    assert sorted({*forgotten} - NEEDLESS) == []


def test_a_scanner_that_changed_under_its_name_makes_other_scans(tmp_path: Path) -> None:
    text = (scanner_profiles_dir() / "mobile-4.toml").read_text("utf-8")
    text = text.replace('"mobile-4"', '"mine"', 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    recipe = msgspec.structs.replace(RECIPE, profiles=(str(path),))
    before = scans_key(recipe)
    assert scans_key(msgspec.structs.replace(recipe, count=9)) == before
    path.write_text(text.replace("pitch_mm = [6.0,", "pitch_mm = [6.5,", 1), "utf-8")
    assert scans_key(recipe) != before


def _reached(module: str) -> set[str]:
    """Files below scanai/ of all modules that this one imports, at any remove."""
    seen: set[str] = set()
    waiting = [module]
    files: set[str] = set()
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if name in seen or file is None:
            continue
        seen.add(name)
        files.add(file.relative_to(ROOT / "scanai").as_posix())
        waiting += [*_imports(file), name.rpartition(".")[0]]
    return files


def _file(module: str) -> Path | None:
    if module.split(".")[0] != "scanai":
        return None
    place = ROOT.joinpath(*module.split("."))
    return next((p for p in (place / "__init__.py", place.with_suffix(".py")) if p.is_file()), None)


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
