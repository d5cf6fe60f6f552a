"""What a file costs over the wire: its type, whether it is compressed, and the bytes that are then sent.

The qualities are those of hosts that compress as they answer: brotli's best is another 10 % smaller, and
takes sixty times as long.
"""

import gzip
from typing import Literal

import brotli

Encoding = Literal["", "br", "gzip"]

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
SMALLEST = 1024
"""Bytes; a smaller file is sent as it is."""

_UTF8 = "; charset=utf-8"
# The machine's own table of types differs from machine to machine.
TYPES = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "cjs": f"text/javascript{_UTF8}",
    "css": f"text/css{_UTF8}",
    "csv": f"text/csv{_UTF8}",
    "eot": "application/vnd.ms-fontobject",
    "gif": "image/gif",
    "glb": "model/gltf-binary",
    "htm": f"text/html{_UTF8}",
    "html": f"text/html{_UTF8}",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": f"text/javascript{_UTF8}",
    "json": "application/json",
    "jxl": "image/jxl",
    "m4a": "audio/mp4",
    "map": "application/json",
    "md": f"text/markdown{_UTF8}",
    "mjs": f"text/javascript{_UTF8}",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "rss": "application/rss+xml",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "txt": f"text/plain{_UTF8}",
    "vtt": f"text/vtt{_UTF8}",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "zip": "application/zip",
}
_COMPRESSED = {"application/wasm", "application/vnd.ms-fontobject", "font/otf", "font/ttf", "image/bmp",
               "image/svg+xml", "image/x-icon", "model/gltf-binary"}  # fmt: skip


def type_of(file: str) -> str:
    """Give the Content-Type of a file, by its name."""
    name = file.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return TYPES.get(ending, "application/octet-stream")


def is_compressible(kind: str) -> bool:
    """Say whether a host compresses what has this Content-Type."""
    plain = kind.partition(";")[0]
    return plain.startswith("text/") or plain.endswith(("json", "xml")) or plain in _COMPRESSED


def encoded(data: bytes, encoding: Encoding) -> bytes:
    """Compress, the same bytes each time."""
    match encoding:
        case "br":
            return bytes(brotli.compress(data, quality=BROTLI_QUALITY))
        case "gzip":
            return gzip.compress(data, GZIP_LEVEL, mtime=0)
        case "":
            return data


def sent(file: str, data: bytes, encoding: Encoding = "br") -> bytes:
    """Give the body that the server sends for a file to who takes this encoding."""
    if len(data) < SMALLEST or not is_compressible(type_of(file)):
        return data
    return encoded(data, encoding)
