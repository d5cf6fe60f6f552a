"""The text that the detectors of secrets look at."""

from lockgate.text import decode


def text_of(data: bytes) -> str | None:
    """Decode a file that is text; None for a binary one.

    Zero bytes alone make no file binary: one of them would hide all the rest from every detector.
    """
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        return decode(data)
