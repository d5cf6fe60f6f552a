"""Read sizes and times as people write them."""

import re

_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([A-Za-z]+)")
_BYTES = {"B": 1, "KB": 1_000, "kB": 1_000, "KiB": 1_024, "MB": 1_000_000, "MiB": 1_048_576}
_MILLISECONDS = {"ms": 1, "s": 1_000}


def size(text: str) -> int:
    """Read `170 KB` (170,000 bytes) or `170 KiB` (174,080); raise ValueError for anything else."""
    return round(_amount(text, _BYTES))


def time(text: str) -> float:
    """Read `2.5 s` or `300 ms` into milliseconds; raise ValueError for anything else."""
    return _amount(text, _MILLISECONDS)


def _amount(text: str, units: dict[str, int]) -> float:
    found = _AMOUNT.fullmatch(text)
    if found is None or found[2] not in units:
        message = f"{text[:40]!r} has none of the units {', '.join(units)}"
        raise ValueError(message)
    # Thousandths are whole numbers in every unit but bytes: 0.1 KB is 100 bytes and not 100.00000000000001.
    return round(float(found[1]) * 1_000) * units[found[2]] / 1_000
