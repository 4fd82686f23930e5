"""Fuzz target of the N42 reader: whatever bytes come, a reading or one RadiationError.

With atheris installed, `python tests/fuzz/fuzz_n42.py NEW tests/radiation/data` looks for what
breaks that and keeps what reaches further in the folder NEW; pytest runs `check` over seeded
mutations (tests/radiation/test_fuzz_n42.py).
"""

from __future__ import annotations

import sys

from scanai.errors import RadiationError
from scanai.radiation.counting import passage_of
from scanai.radiation.n42_format import parse


def check(data: bytes) -> bool:
    """Whether it was a reading; anything but a RadiationError is a defect."""
    try:
        reading = parse(data, "fuzz.n42")
    except RadiationError:
        return False
    for particle in ("gamma", "neutron"):
        passage_of(reading, particle)
    return True


if __name__ == "__main__":
    import atheris

    atheris.instrument_all()

    def run(data: bytes) -> None:
        check(data)

    atheris.Setup(sys.argv, run)
    atheris.Fuzz()
