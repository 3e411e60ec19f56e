"""Damaged files, the same in every run: each is read, or refused by an error of ours.

`python -m tests.fuzzing` does the same for ten minutes each, led by what the code does.
"""

import random

import pytest

from tests.fuzzing.importers import IMPORTERS

FILES = 40
PIECES = (b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"{", b"]", b"-", b"1e999", b"\xef\xbb\xbf")


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A content with one to four faults."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(changed) + 1)
        end = min(len(changed), start + rng.choice([0, 1, 2, 8, 60]))
        match rng.randrange(4):
            case 0:
                changed[start:end] = b""
            case 1:
                changed[start:start] = rng.choice(PIECES) * rng.choice([1, 1, 1, 3, 300])
            case 2:
                changed[start:start] = changed[start:end] * rng.choice([1, 2, 50])
            case 3 if end > start:
                changed[start] ^= 1 << rng.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("name", IMPORTERS)
def test_a_file_that_is_whole_is_accepted(name, tmp_path):
    for seed in IMPORTERS[name].seeds:
        assert IMPORTERS[name].feed(seed, tmp_path)


def test_a_header_with_a_separator_of_units_is_spelt_as_the_file_is_read(tmp_path):
    header = b"pcds\x1f,oseast1m,osnrth1m,osgrdind,doterm\n"
    assert IMPORTERS["postcodes"].feed(header + b"CB1 1AA,545000,258000,1,\n", tmp_path)


@pytest.mark.parametrize("name", IMPORTERS)
def test_a_damaged_file_is_read_or_refused_by_an_error_of_ours(name, tmp_path):
    rng = random.Random(name)
    importer = IMPORTERS[name]
    for _ in range(FILES):
        importer.feed(damaged(rng.choice(importer.seeds), rng), tmp_path)
