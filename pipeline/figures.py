"""Counts, sizes and times, as a person says them."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def counted(count: int, noun: str) -> str:
    """A number of things, as in `1 file` and `2,000 files`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def size_text(size_bytes: int) -> str:
    """A size as a person says it.

    >>> size_text(999), size_text(183_400), size_text(512_000_000)
    ('999 bytes', '183.4 kB', '512.0 MB')
    """
    size, unit = float(size_bytes), 0
    while round(size, 1) >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size_bytes:,} bytes"


def duration(secs: float) -> str:
    """Seconds as a person says them.

    >>> duration(7.25), duration(3725)
    ('7.2 s', '1 h 2 min')
    """
    if round(secs, 1) < 60:
        return f"{secs:.1f} s"
    minutes = round(secs) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def altered_values(count: int) -> list[str]:
    """How many values the dialer is not told as they were read; nothing where there are none.

    >>> altered_values(1204)
    ['values altered, with a space for each character that the API does not take: 1,204']
    """
    said = "values altered, with a space for each character that the API does not take"
    return [f"{said}: {count:,}"] if count else []
