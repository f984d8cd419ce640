"""Inputs that are nearly good: samples with a few changes, the same for the same seed."""

import random
from collections.abc import Iterator, Sequence

MOST_BYTES = 1 << 16
_ODD = (
    *(b"\x00", b"\xff", b"\x7f", b"\x80", b"\r", b"\n", b'"', b",", b";", b"\t", b"[", b"{", b"}"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\xbd", b"\\ud83d", b"\xe2\x80\xa8", b"\x1a", b"\x85"),
    *(b"-1", b"0", b"9" * 40, b"1e999", b"NaN", b"null", b"true", b"-0", b"9876512345", b"%39"),
    *(b"\xff" * 4, b"\xff" * 8, b"\x80" * 9 + b"\x01", b"\xfe\xff\xff\xff\x0f", b"\x00" * 16),
)


def mutations(samples: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Change samples, for ever."""
    chance = random.Random(seed)
    while True:
        data = bytearray(chance.choice(samples))
        for _ in range(1 << chance.randrange(4)):
            _change(data, samples, chance)
        yield bytes(data[:MOST_BYTES])


def _change(data: bytearray, samples: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + (1 << chance.randrange(8)))
    match chance.randrange(8):
        case 0 if at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        case 1 if at < len(data):
            data[at] = chance.randrange(256)
        case 2:
            del data[at:end]
        case 3:
            data[at:at] = data[at:end]
        case 4:
            data[at:at] = chance.choice(_ODD)
        case 5:
            data[at:end] = chance.choice(_ODD)
        case 6:
            other = chance.choice(samples)
            data[at:] = other[chance.randrange(len(other) + 1) :]
        case _:
            del data[at:]
