"""Every fuzz target on a few hundred mutations of its samples: only ManifestError may come out."""

from __future__ import annotations

import random
from pathlib import Path

import fuzzing
import pytest

from scanai.manifest.files import SUFFIXES

_MUTATIONS = 300
_JUNK = (b"", b"\x00", b"\xff", b"'", b"+", b"<a>", b"</", b"&#0;", b"9" * 30, b"-1", b"nan", b"\n")


def _mutated(sample: bytes, chance: random.Random) -> bytes:
    """Some pieces cut out, doubled, moved or replaced."""
    data = bytearray(sample)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(start + chance.choice((0, 1, 3, 20, 200)), len(data))
        piece = bytes(data[start:end])
        other = chance.choice((*_JUNK, piece + piece, piece[::-1], chance.randbytes(3)))
        data[start:end] = other
    return bytes(data)


@pytest.mark.parametrize("reader", fuzzing.SAMPLES)
def test_reader_gives_manifests_or_a_manifest_error(reader: str) -> None:
    chance = random.Random(reader)
    for number in range(_MUTATIONS):
        sample = fuzzing.SAMPLES[reader][number % len(fuzzing.SAMPLES[reader])]
        fuzzing.feed(reader, _mutated(sample, chance))


@pytest.mark.parametrize("reader", fuzzing.SAMPLES)
def test_sample_is_read(reader: str) -> None:
    sample = fuzzing.SAMPLES[reader][0]
    assert fuzzing.parse_bytes(sample, fuzzing.SUFFIXES[reader], "sample")


def test_every_format_has_a_target_of_its_own() -> None:
    assert set(fuzzing.SUFFIXES.values()) == set(SUFFIXES)
    for reader in fuzzing.SAMPLES:
        assert (Path(fuzzing.__file__).parent / f"fuzz_{reader}.py").is_file()
