"""What is put into windows: new each time, with its truth, and declared where it is honest."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from scanai.train.inserting import furnish
from scanai.train.recipe import TrainingRecipe
from scanai.train.windows import UNKNOWN, Window

MakeWindow = Callable[..., Window]


def _recipe(recipe: TrainingRecipe, threats: float, look_alikes: float) -> TrainingRecipe:
    return msgspec.structs.replace(
        recipe, inserted_threats=threats, inserted_look_alikes=look_alikes
    )


def test_a_threat_adds_attenuation_where_its_truth_says(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    shown = 0
    for seed in range(30):
        before = made_up(1, threat=False)
        after = furnish(np.random.default_rng(seed), before, _recipe(recipe, 1.0, 0.0))
        clear = [box for box in after.boxes if box[4] > 0]
        assert len(after.focus) == len(clear)
        cells = after.shield[0] > 0.9
        added = (after.attenuation[0] - before.attenuation[0]).reshape(26, 4, 32, 4).mean((1, 3))
        for x0, y0, x1, y1, visible in after.boxes:
            part = (slice(int(y0) // 4, -(-int(y1) // 4)), slice(int(x0) // 4, -(-int(x1) // 4)))
            if visible == 1 and cells[part].any():
                assert added[part][cells[part]].mean() > 0.1
                shown += 1
        outside = after.shield[0] == 0
        # Packing and blur reach a little further than the outline.
        assert np.median(np.abs(added[outside])) < 0.02
        assert after.declared.tolist() == before.declared.tolist()
    assert shown >= 10


def test_the_window_itself_is_left_as_it_was_and_the_next_threat_is_another(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    window = made_up(1, threat=False)
    kept = window.attenuation.copy()
    rng = np.random.default_rng(0)
    first, second = (furnish(rng, window, _recipe(recipe, 1.0, 0.0)) for _ in range(2))
    np.testing.assert_array_equal(window.attenuation, kept)
    assert first.boxes.tolist() != second.boxes.tolist()


def test_a_window_with_a_threat_gets_no_second_one(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    window = made_up(2, threat=True)
    assert furnish(np.random.default_rng(0), window, _recipe(recipe, 1.0, 0.0)) is window


def test_look_alikes_are_declared_and_are_no_threat(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    for seed in range(10):
        before = made_up(1, threat=False)
        after = furnish(np.random.default_rng(seed), before, _recipe(recipe, 0.0, 1.0))
        assert after.declared.sum() == 2
        assert not len(after.boxes)
        assert not after.shield.any()
        assert len(after.focus) >= 1
        assert (after.goods == UNKNOWN).any()


def test_a_look_alike_does_not_make_an_empty_declaration_speak(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    window = made_up(1, threat=False)
    window.declared[:] = 0
    after = furnish(np.random.default_rng(0), window, _recipe(recipe, 0.0, 1.0))
    assert not after.declared.any()
