"""Errors quote files that nobody vouches for."""

from scanai.errors import InputError


def test_a_message_is_one_short_line_without_control_characters() -> None:
    error = InputError("a.json", "a manifest", "\x1b[31m\n" + "x" * 10_000)
    assert str(error).startswith("a.json: expected a manifest, found �[31m�xxx")
    assert len(str(error)) == 1000
    assert error.found.startswith("\x1b")
