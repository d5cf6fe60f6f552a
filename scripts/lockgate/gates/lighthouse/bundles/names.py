"""Tell what a built file is by its name, and which part of the name is only the hash of its content."""

import re

from lockgate.gates.lighthouse.sites.encodings import type_of

_KINDS = {"image": "image", "font": "font", "audio": "media", "video": "media"}
_PLAIN = {
    "text/html": "document",
    "application/xhtml+xml": "document",
    "text/javascript": "script",
    "text/css": "stylesheet",
    "application/vnd.ms-fontobject": "font",
}
# Bundlers write hashes as hexadecimal digits (webpack, Parcel), as 8 of base 64 or base 32 (Vite, esbuild),
# as 13 of base 36 (Turbopack), or as 20 to 22 of base 64 (Next.js's builds).
_LETTERS = r"(?=[A-Za-z_-]*[0-9A-Z])[A-Za-z0-9_-]"
_HASH = (
    rf"(?:(?=[a-f]*\d)[0-9a-f]{{8,64}}|{_LETTERS}{{20,22}}|(?=[a-z_-]*\d)[a-z0-9_-]{{13}}|{_LETTERS}{{8}})"
)
_WHOLE = re.compile(_HASH)
_BEHIND = re.compile(rf"-{_HASH}$")
_FOLDER = re.compile(rf"(?=[a-f]*\d)[0-9a-f]{{16,64}}|{_LETTERS}{{20,22}}")


def kind_of(file: str) -> str:
    """Give the kind of a file, one of metrics.KINDS."""
    plain = type_of(file).partition(";")[0]
    return _PLAIN.get(plain) or _KINDS.get(plain.partition("/")[0], "other")


def stable(file: str) -> str:
    """Put `*` where a name holds a hash: `assets/index-B3xk9_Qz.js` becomes `assets/index-*.js`.

    A word that looks like a hash may go, too: two files with the same stable name need not be the same.
    """
    *folders, name = file.split("/")
    *pieces, ending = name.split(".")
    kept = ["*" if _FOLDER.fullmatch(folder) else folder for folder in folders]
    return "/".join((*kept, ".".join((*map(_without_hash, pieces), ending))))


def _without_hash(piece: str) -> str:
    name = _BEHIND.sub("-*", piece)
    return "*" if _WHOLE.fullmatch(name) else name
