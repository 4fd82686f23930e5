"""Seeded mutations of the test files: bytes changed, lost, doubled and spliced."""

from __future__ import annotations

import random
import re
import runpy
from pathlib import Path

import pytest

HERE = Path(__file__).parent
check = runpy.run_path(str(HERE.parent / "fuzz" / "fuzz_n42.py"))["check"]
SEEDS = [path.read_bytes() for path in sorted((HERE / "data").iterdir())]


def mutated(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.randint(1, 4)):
        first = rng.randrange(len(data) or 1)
        last = min(first + rng.choice((1, 3, 20, 400)), len(data))
        piece = data[first:last]
        other = rng.choice(SEEDS)
        at = rng.randrange(len(other))
        data = rng.choice(
            (
                data[:first] + bytes([rng.randrange(256)]) + data[first + 1 :],
                data[:first] + data[last:],
                data[:last] + piece + data[last:],
                data[:first] + other[at : at + 200] + data[last:],
                # A number made a hostile one keeps the XML whole and reaches further in.
                re.sub(
                    rb"(?<=>)[0-9.]+(?=<)",
                    lambda found: (
                        found[0]
                        if rng.random() < 0.8
                        else rng.choice((b"1e308", b"-0", b"1e-320", b"9" * 400, b"0x1", b"1_0"))
                    ),
                    data,
                ),
            )
        )
    return data


def test_the_seeds_are_readings() -> None:
    assert all(check(data) for data in SEEDS)


@pytest.mark.parametrize("seed", range(4))
def test_mutations_are_readings_or_one_error(seed: int) -> None:
    rng = random.Random(seed)
    read = sum(check(mutated(rng, rng.choice(SEEDS))) for _ in range(400))
    assert 0 < read < 400
