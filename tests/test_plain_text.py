from __future__ import annotations

import pytest

from scanai.plain_text import mass_words, printable


@pytest.mark.parametrize(
    ("kg", "told"),
    [(0, "0 kg"), (340.4, "340 kg"), (999.7, "1.0 t"), (1_234_000, "1,234.0 t")],
)
def test_a_mass_is_told_in_kilograms_below_a_tonne(kg: float, told: str) -> None:
    assert mass_words(kg) == told


def test_text_from_outside_cannot_steer_a_terminal() -> None:
    assert printable("\x1b[2JMÜLLER 钢\r\n") == "\ufffd[2JMÜLLER 钢\ufffd\ufffd"
