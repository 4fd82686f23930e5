"""Errors quote files that nobody vouches for."""

import pickle

import pytest

from scanai.errors import BundleError, InputError, ScanError


def test_a_message_is_one_short_line_without_control_characters() -> None:
    error = InputError("a.json", "a manifest", "\x1b[31m\n" + "x" * 10_000)
    assert str(error).startswith("a.json: expected a manifest, found �[31m�xxx")
    assert len(str(error)) == 1000
    assert error.found.startswith("\x1b")


@pytest.mark.parametrize("kind", [InputError, ScanError, BundleError])
def test_an_error_of_a_worker_reaches_its_parent_whole(kind: type[InputError]) -> None:
    error = kind("a.tiff", "two pages", "one")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (str(again), again.source, again.found) == (str(error), "a.tiff", "one")
