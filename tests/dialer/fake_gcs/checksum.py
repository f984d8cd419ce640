"""CRC-32C, by which Google's client checks what it has sent; the standard library has only CRC-32."""

import base64
from functools import lru_cache

_REVERSED_POLYNOMIAL = 0x82F63B78


def _row(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_REVERSED_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(map(_row, range(256)))


@lru_cache(maxsize=256)
def crc32c(data: bytes) -> str:
    """The checksum as the interfaces write it: its four bytes in base64.

    >>> base64.b64decode(crc32c(b"123456789")).hex()
    'e3069283'
    """
    rest = 0xFFFFFFFF
    for byte in data:
        rest = rest >> 8 ^ _TABLE[(rest ^ byte) & 0xFF]
    return base64.b64encode((rest ^ 0xFFFFFFFF).to_bytes(4, "big")).decode()
