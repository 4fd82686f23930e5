"""Runs: they learn, they go on after a stop as if there had been none, they say what made them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import scanai.train.loop as loop
from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import load_bundle
from scanai.train.batches import TrainingBatches
from scanai.train.card import card
from scanai.train.checkpoint import CHECKPOINT_FILE, load_checkpoint
from scanai.train.recipe import TrainingRecipe, seeds_of
from scanai.train.release import export_run
from scanai.train.watch import FOLDER

SMOKE = Path(__file__).parents[2] / "training" / "recipes" / "smoke.toml"
SCAN = Path(__file__).parents[2] / "datasets" / "samples" / "portal-01.tiff"


@pytest.fixture
def recipe_path(
    tmp_path: Path, recipe_text: str, window_paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setattr(loop, "make_data", lambda *_: (window_paths, window_paths[:3]))
    path = tmp_path / "tiny.toml"
    path.write_text(recipe_text)
    return path


def _weights(run: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(run).weights


def test_loss_falls(tmp_path: Path, recipe_path: Path, recipe_text: str) -> None:
    recipe_path.write_text(recipe_text.replace("steps = 6", "steps = 60", 1))
    run = loop.train(recipe_path, tmp_path / "run")
    records = [json.loads(line) for line in (run / loop.LOG_FILE).read_text().splitlines()]
    steps = [record for record in records if "loss" in record]
    assert [record["step"] for record in steps] == [20, 40, 60]
    assert steps[-1]["loss"]["total"] < 0.7 * steps[0]["loss"]["total"]
    assert records[-1]["validation"]["goods_accuracy"] > 0.9
    assert records[-1]["validation"].keys() >= {"threat_auc", "threat_found"}


def test_stopped_run_ends_where_an_unbroken_one_ends(
    tmp_path: Path, recipe_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = loop.train(recipe_path, tmp_path / "whole")
    step, calls = loop._step, []

    def killed(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "_step", killed)
    with pytest.raises(KeyboardInterrupt):
        loop.train(recipe_path, tmp_path / "broken")
    assert load_checkpoint(tmp_path / "broken").step == 2
    broken = loop.train(recipe_path, tmp_path / "broken")
    assert load_checkpoint(broken).step == 6
    for name, weight in _weights(whole).items():
        torch.testing.assert_close(_weights(broken)[name], weight, rtol=1e-3, atol=1e-4)


def test_finished_run_trains_no_further(tmp_path: Path, recipe_path: Path) -> None:
    run = loop.train(recipe_path, tmp_path / "run")
    before = (run / CHECKPOINT_FILE).read_bytes()
    loop.train(recipe_path, run)
    assert (run / CHECKPOINT_FILE).read_bytes() == before


def test_run_folder_says_what_made_it(tmp_path: Path, recipe_path: Path) -> None:
    run = loop.train(recipe_path, tmp_path / "run", data_only=True)
    assert (run / "recipe.toml").read_text() == recipe_path.read_text()
    about = json.loads((run / "run.json").read_text())
    assert about.keys() >= {"recipe_sha256", "commit", "torch", "scanai", "threads"}
    assert about["data"].keys() == {"training", "validation"}
    assert about["data"]["training"]["windows"] == 6
    assert not (run / CHECKPOINT_FILE).exists()


def test_own_scans_are_looked_at_before_the_simulation_and_told_in_the_record(
    tmp_path: Path, recipe_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    text = recipe_path.read_text() + f'own_scans = "{own}"\nown_share = 0.5\n'
    recipe_path.write_text(text)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "make_data", lambda *_: pytest.fail("windows were simulated"))
        with pytest.raises(RecipeError, match="expected own_scans, a folder that is there"):
            loop.train(recipe_path, tmp_path / "run")
        assert not (tmp_path / "run").exists()
        own.mkdir()
        (own / "a.tiff").write_bytes(b"no picture")
        with pytest.raises(RecipeError, match="scans of your own that can be read"):
            loop.train(recipe_path, tmp_path / "run")
    (own / "a.tiff").write_bytes(SCAN.read_bytes())
    run = loop.train(recipe_path, tmp_path / "run", data_only=True)
    assert json.loads((run / "run.json").read_text())["data"]["own"]["windows"] > 1


def test_refuses_the_run_folder_of_another_recipe(
    tmp_path: Path, recipe_path: Path, recipe_text: str
) -> None:
    run = loop.train(recipe_path, tmp_path / "run", data_only=True)
    recipe_path.write_text(recipe_text.replace("seed = 3", "seed = 4", 1))
    with pytest.raises(RecipeError, match=r"found a run of another recipe \(other seed\)"):
        loop.train(recipe_path, run)


def test_refused_recipe_leaves_no_run_folder(
    tmp_path: Path, recipe_path: Path, recipe_text: str
) -> None:
    recipe_path.write_text(recipe_text.replace("portal-6-4", "mars-1"))
    with pytest.raises(RecipeError, match="found mars-1"):
        loop.train(recipe_path, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_refuses_what_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"checkpoint\.pt: expected a checkpoint, found No such"):
        load_checkpoint(tmp_path)
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="expected a checkpoint that is whole"):
        load_checkpoint(tmp_path)
    torch.save({"format": "other"}, tmp_path / CHECKPOINT_FILE)
    with pytest.raises(InputError, match="expected scanai-checkpoint/1, found another format"):
        load_checkpoint(tmp_path)


def test_a_comment_makes_no_other_recipe(tmp_path: Path, recipe_path: Path) -> None:
    run = loop.train(recipe_path, tmp_path / "run")
    recipe_path.write_text("# With a note.\n" + recipe_path.read_text("utf-8"), "utf-8")
    loop.train(recipe_path, run)
    assert (run / "recipe.toml").read_text("utf-8").startswith("# With a note.")


def test_stops_at_a_loss_that_is_not_finite(
    tmp_path: Path, recipe_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = loop.losses

    def broken(*args: Any) -> Any:
        parts = losses(*args)
        return parts._replace(total=parts.total * float("nan"))

    monkeypatch.setattr(loop, "losses", broken)
    with pytest.raises(RecipeError, match=r"losses that stay finite .*, found nan at step"):
        loop.train(recipe_path, tmp_path / "run")
    assert not (tmp_path / "run" / CHECKPOINT_FILE).exists()


def test_refuses_a_run_folder_that_is_a_file(tmp_path: Path, recipe_path: Path) -> None:
    (tmp_path / "run").write_text("x")
    with pytest.raises(InputError, match="run: expected a folder to write to, found File exists"):
        loop.train(recipe_path, tmp_path / "run")


def test_a_damaged_checkpoint_is_refused_before_any_window_is_made(
    tmp_path: Path, recipe_path: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / CHECKPOINT_FILE).write_bytes(b"PK" * 40)
    with pytest.raises(InputError, match=r"a checkpoint that is whole \(delete it"):
        loop.train(recipe_path, run)
    assert not (run / "windows").exists()


def export_weights(run: Path, out: Path, name: str) -> None:
    none = {"benign_scans": 0, "honest_loads": 0, "region_scans": 0}
    export_run(run, out, name=name, version="0.0.1", **none)


def test_a_new_run_begins_with_the_weights_of_a_bundle(
    tmp_path: Path, recipe_path: Path, recipe_text: str
) -> None:
    first = load_checkpoint(loop.train(recipe_path, tmp_path / "first"))
    bundle = tmp_path / "bundle"
    export_weights(tmp_path / "first", bundle, "first")
    # A step so small that it moves nothing to speak of: the weights are those it began with.
    recipe_path.write_text(
        recipe_text.replace("steps = 6", "steps = 1", 1).replace("0.004", "1e-9")
    )
    run = loop.train(recipe_path, tmp_path / "tuned", start_from=bundle)
    for name, weight in _weights(run).items():
        if "norm" not in name and "running" not in name and "num_batches" not in name:
            torch.testing.assert_close(weight, first.weights[name], rtol=1e-4, atol=1e-5)
    about = json.loads((run / "run.json").read_text())
    assert about["start_from"] == load_bundle(bundle).metadata.sha256
    assert load_checkpoint(run).earlier_recipes == (recipe_text,)
    # What a run began with is remembered, and nothing else is taken for it.
    loop.train(recipe_path, run)
    assert json.loads((run / "run.json").read_text()) == about
    export_weights(run, tmp_path / "third", "third")
    with pytest.raises(RecipeError, match="the weights that this run began with"):
        loop.train(recipe_path, run, start_from=tmp_path / "third")
    metadata = load_bundle(tmp_path / "third").metadata
    assert seeds_of(metadata) == {5, 6}
    assert "6 of recipe `tiny`, then 6 of recipe `tiny`" in card(metadata, None)


def test_weights_of_another_size_are_refused(
    tmp_path: Path, recipe_path: Path, recipe_text: str
) -> None:
    loop.train(recipe_path, tmp_path / "first")
    export_weights(tmp_path / "first", tmp_path / "bundle", "a")
    recipe_path.write_text(recipe_text.replace("[16, 16, 16, 16]", "[16, 16, 16, 32]"))
    with pytest.raises(InputError, match=r"weights of a network with \(16, 16, 16, 32\)"):
        loop.train(recipe_path, tmp_path / "tuned", start_from=tmp_path / "bundle")


def test_curves_and_pictures_are_there_to_watch(tmp_path: Path, recipe_path: Path) -> None:
    run = loop.train(recipe_path, tmp_path / "run")
    events = EventAccumulator(str(run / FOLDER), size_guidance={"images": 0}).Reload()
    assert {"loss/total", "loss/goods", "validation/goods_accuracy"} <= {*events.Tags()["scalars"]}
    assert [one.step for one in events.Images("seen/0")] == [2, 4, 6]


def test_processes_share_every_batch(recipe: TrainingRecipe, window_paths: list[Path]) -> None:
    whole = TrainingBatches(recipe, window_paths).batch_at(3)
    parts = [TrainingBatches(recipe, window_paths, rank, 2).batch_at(3) for rank in range(2)]
    for rank, part in enumerate(parts):
        assert torch.equal(part.transmission, whole.transmission[rank::2])


@pytest.mark.slow
def test_two_processes_learn_as_one_does(tmp_path: Path) -> None:
    """By torchrun, on real windows; the losses agree within their noise."""
    lines = SMOKE.read_text("utf-8").splitlines()
    few = {"steps": "40", "windows": "12", "validation_windows": "2", "window_px": "160"}
    few |= {"crop_px": "[128, 128]"}
    changed = [f"{k} = {few[k]}" if (k := one.split(" = ")[0]) in few else one for one in lines]
    recipe = tmp_path / "few.toml"
    recipe.write_text("\n".join(changed), "utf-8")
    ends = []
    for count in (1, 2):
        run = tmp_path / f"run-{count}"
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc-per-node", str(count), "-m", "scanai.cli", "train", str(recipe)]
        subprocess.run([*command, "--out", str(run)], check=True, capture_output=True)
        records = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
        ends.append([r["loss"]["total"] for r in records if "loss" in r][-1])
    assert ends[1] == pytest.approx(ends[0], rel=0.35)


def test_in_the_last_steps_only_the_second_look_learns(
    tmp_path: Path, recipe_path: Path, recipe_text: str
) -> None:
    first = loop.train(recipe_path, tmp_path / "first")
    recipe_path.write_text(recipe_text + "second_look_steps = 3\n")
    both = loop.train(recipe_path, tmp_path / "both")
    assert load_checkpoint(both).step == 9
    before, after = _weights(first), _weights(both)
    for name, weight in before.items():
        if name.startswith("second_look."):
            continue
        torch.testing.assert_close(after[name], weight, msg=name)
    assert not torch.equal(after["second_look.last.weight"], before["second_look.last.weight"])


@pytest.mark.parametrize("stop", [5, 8])
def test_run_stopped_in_either_part_goes_on_in_it(
    tmp_path: Path,
    recipe_path: Path,
    recipe_text: str,
    monkeypatch: pytest.MonkeyPatch,
    stop: int,
) -> None:
    recipe_path.write_text(recipe_text + "second_look_steps = 4\n")
    whole = loop.train(recipe_path, tmp_path / "whole")
    step, calls = loop._step, []

    def killed(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == stop:
            raise KeyboardInterrupt
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "_step", killed)
    with pytest.raises(KeyboardInterrupt):
        loop.train(recipe_path, tmp_path / "broken")
    broken = loop.train(recipe_path, tmp_path / "broken")
    assert load_checkpoint(broken).step == 10
    for name, weight in _weights(whole).items():
        torch.testing.assert_close(_weights(broken)[name], weight, rtol=1e-3, atol=1e-3, msg=name)
