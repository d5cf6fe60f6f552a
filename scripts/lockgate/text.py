"""Source text as editors and GitHub count it: lines end at CR, LF or CRLF and nowhere else."""

import codecs
import re

_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str | None:
    """Decode a text file by its byte order mark, else as UTF-8, else as Latin-1; None for a binary file."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split_lines(text: str) -> list[str]:
    """Split text into lines without their ends."""
    return _LINE_END.split(text)


def column(line: str, utf8_offset: int) -> int:
    """Turn an offset in the bytes of a line, from 0, into a column in its characters, from 1.

    What lies before or behind the line is its first column or the one after its last.
    """
    offset = max(utf8_offset, 0)
    if line.isascii():
        return min(offset, len(line)) + 1
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1
