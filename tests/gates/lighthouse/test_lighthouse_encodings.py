"""What a file costs over the wire."""

import gzip

import brotli
import pytest

from lockgate.gates.lighthouse.sites.encodings import SMALLEST, encoded, is_compressible, sent, type_of

TEXT = b"let total = 0;\n" * 500


@pytest.mark.parametrize(
    ("file", "kind", "compressible"),
    [
        ("a/index.HTML", "text/html; charset=utf-8", True),
        ("app.min.js", "text/javascript; charset=utf-8", True),
        ("app.js.map", "application/json", True),
        ("site.webmanifest", "application/manifest+json", True),
        ("icon.svg", "image/svg+xml", True),
        ("a.wasm", "application/wasm", True),
        ("inter.ttf", "font/ttf", True),
        ("inter.woff2", "font/woff2", False),
        ("photo.avif", "image/avif", False),
        ("a.zip", "application/zip", False),
        ("CNAME", "application/octet-stream", False),
        ("v1.2/LICENSE", "application/octet-stream", False),
        ("x.<script>", "application/octet-stream", False),
    ],
)
def test_types(file, kind, compressible):
    assert (type_of(file), is_compressible(type_of(file))) == (kind, compressible)


def test_the_bytes_are_the_same_each_time_and_hold_the_same():
    for encoding, decode in (("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)):
        once = encoded(TEXT, encoding)
        assert once == encoded(TEXT, encoding)
        assert decode(once) == TEXT


def test_what_is_sent():
    assert brotli.decompress(sent("a.js", TEXT)) == TEXT
    assert gzip.decompress(sent("a.js", TEXT, "gzip")) == TEXT
    assert sent("a.png", TEXT) == TEXT
    assert sent("a.js", TEXT[: SMALLEST - 1]) == TEXT[: SMALLEST - 1]
    assert len(sent("a.js", TEXT[:SMALLEST])) < SMALLEST
