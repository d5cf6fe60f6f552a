"""SPDX expressions of what people write for a licence."""

import re
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

_LONGEST = 1000
_DEEPEST = 20
# What nearly all packages say: no library has to be loaded for it.
_USUAL = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC-BY-4.0", "CC0-1.0", "ISC",
     "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "WTFPL", "Zlib"}
)  # fmt: skip
_OWN = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
# The library fills its tables on first use, where a second thread sees them half filled.
_ONE_AT_A_TIME = threading.Lock()
_SYMBOLS = re.compile(r"[A-Za-z0-9.:+-]+")
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)*|\+")
_FILLERS = frozenset(
    {"approved", "licence", "license", "licenses", "osi", "software", "the", "v", "ver", "version"}
)
_GNU = {
    "agpl": "AGPL", "gnu affero general public": "AGPL", "affero general public": "AGPL", "gnu agpl": "AGPL",
    "general public": "GPL", "gnu general public": "GPL", "gnu gpl": "GPL", "gpl": "GPL",
    "gnu general public gpl": "GPL", "gnu library or lesser general public lgpl": "LGPL",
    "gnu lesser general public": "LGPL", "gnu lgpl": "LGPL", "gnu library or lesser general public": "LGPL",
    "lesser general public": "LGPL", "lgpl": "LGPL",
}  # fmt: skip
_OLDEST = {"AGPL": "AGPL-1.0", "GPL": "GPL-1.0", "LGPL": "LGPL-2.0"}
_LATER = re.compile(r"\s*(?:\+|or (?:any )?(?:later|newer|greater|higher))")
_WILD = {
    "0 bsd": "0BSD", "academic free afl 3.0": "AFL-3.0", "afl 2.1": "AFL-2.1",
    "apache": "Apache-2.0", "apache 2": "Apache-2.0", "apache 2.0": "Apache-2.0", "asl 2": "Apache-2.0",
    "asl 2.0": "Apache-2.0", "apache foundation 2.0": "Apache-2.0", "artistic 2.0": "Artistic-2.0",
    "boost 1.0": "BSL-1.0", "boost 1.0 bsl 1.0": "BSL-1.0",
    # Without a number two licences are meant, and the one of three clauses asks for all that the other does.
    "bsd": "BSD-3-Clause", "bsd style": "BSD-3-Clause", "bsd 3": "BSD-3-Clause",
    "3 clause bsd": "BSD-3-Clause",
    "bsd 3 clause": "BSD-3-Clause", "bsd 3 clause new or revised": "BSD-3-Clause", "bsd new": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause", "new bsd": "BSD-3-Clause", "revised bsd": "BSD-3-Clause",
    "new or revised bsd": "BSD-3-Clause", "three clause bsd": "BSD-3-Clause",
    "2 clause bsd": "BSD-2-Clause", "bsd 2": "BSD-2-Clause", "bsd 2 clause": "BSD-2-Clause",
    "bsd 2 clause simplified": "BSD-2-Clause", "freebsd": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause",
    "two clause bsd": "BSD-2-Clause",
    "cc 0": "CC0-1.0", "cc 0 1.0 universal": "CC0-1.0",
    "cc 0 1.0 universal cc 0 1.0 public domain dedication": "CC0-1.0",
    "creative commons attribution 4.0": "CC-BY-4.0", "eclipse public 1.0 epl 1.0": "EPL-1.0",
    "eclipse public 2.0 epl 2.0": "EPL-2.0", "european union public 1.2 eupl 1.2": "EUPL-1.2",
    "expat": "MIT", "historical permission notice and disclaimer hpnd": "HPND",
    "isc": "ISC", "isc iscl": "ISC", "isc l": "ISC", "mit": "MIT",
    "mit expat": "MIT", "mit mit": "MIT", "expat mit": "MIT",
    "mit x": "MIT", "mit x 11": "MIT", "x 11": "X11", "x 11 mit": "MIT", "mit no attribution mit 0": "MIT-0",
    "mozilla public 1.1 mpl 1.1": "MPL-1.1", "mozilla public 2.0": "MPL-2.0",
    "mozilla public 2.0 mpl 2.0": "MPL-2.0",
    "mpl 2": "MPL-2.0", "mpl 2.0": "MPL-2.0", "psf": "PSF-2.0", "psfl": "PSF-2.0",
    "python foundation": "PSF-2.0",
    "psf 2": "PSF-2.0", "public domain": "LicenseRef-Public-Domain",
    "unlicense unlicense": "Unlicense", "universal permissive upl": "UPL-1.0", "wtfpl": "WTFPL",
    "zlib libpng": "Zlib", "zlib": "Zlib", "zpl 2.1": "ZPL-2.1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Licence:
    """Hold a licence as written, and the SPDX expression that it is, None where nobody can say."""

    raw: str
    expression: str | None = None

    @property
    def exact(self) -> bool:
        """Say whether what is written is the expression."""
        return self.expression is not None and self.raw in {self.expression, f"({self.expression})"}


@lru_cache(maxsize=4096)
def normalised(text: str) -> Licence:
    """Read what a package says of its licence.

    An expression becomes SPDX's own spelling, a name that everybody uses the identifier that it means, a
    classifier of PyPI its licence. `UNLICENSED`, a file's name and a whole text say nothing that is certain.
    """
    raw = text.strip()
    if raw in _USUAL:
        return Licence(raw, raw)
    if not raw or len(raw) > _LONGEST or raw.count("(") > _DEEPEST or "\n" in raw:
        return Licence(raw)
    return Licence(raw, _known(raw) or expression(raw))


@lru_cache(maxsize=4096)
def expression(text: str) -> str | None:
    """Give the SPDX spelling of an expression, None for what is none; own `LicenseRef-` names count."""
    if usual := _usual(text):
        return usual
    if len(text) > _LONGEST or text.count("(") > _DEEPEST:
        return None
    with _ONE_AT_A_TIME:
        return _spelt(text)


def _spelt(text: str) -> str | None:
    licensing, failed = _library()
    try:
        parsed = licensing.parse(text)
        unknown = licensing.unknown_license_keys(parsed)
        if parsed is None or not all(map(_OWN.fullmatch, unknown)):
            return None
        if not unknown:
            licensing.parse(text, validate=True, strict=True)  # it sees an exception in a licence's place
        return str(parsed.render("{symbol.key}"))
    except (failed, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def parsed(text: str) -> Any:  # noqa: ANN401 - the library's tree, which has no types
    """Parse a valid expression."""
    with _ONE_AT_A_TIME:
        return _library()[0].parse(text)


@cache
def _library() -> tuple[Any, type[Exception]]:
    from license_expression import ExpressionError, get_spdx_licensing  # noqa: PLC0415 - 30 ms

    return get_spdx_licensing(), ExpressionError


def _usual(text: str) -> str | None:
    """Read what hardly differs from package to package: `MIT`, `(MIT OR Apache-2.0)`."""
    inner = text[1:-1] if text[:1] == "(" and text[-1:] == ")" else text
    for sign in (" OR ", " AND "):
        if _USUAL.issuperset(inner.split(sign)):
            return inner
    return None


def identifiers(text: str) -> frozenset[str]:
    """List the licences of a valid expression, exceptions apart."""
    words = _SYMBOLS.findall(text)
    after = {at + 1 for at, word in enumerate(words) if word == "WITH"}
    return frozenset(word for at, word in enumerate(words) if at not in after) - {"AND", "OR", "WITH"}


def _known(raw: str) -> str | None:
    name = raw.rpartition("::")[2] if raw.startswith("License ::") else raw
    if any(sign in name for sign in "<>="):
        return None
    tokens = [token for token in _TOKEN.findall(_spaced(name.lower())) if token not in _FILLERS]
    words = " ".join(tokens)
    return _WILD.get(words) or _gnu(words)


def _spaced(name: str) -> str:
    """Part the number from names such as `GPLv3`."""
    return re.sub(r"gplv(?=\d|\b)", "gpl ", name)


def _gnu(words: str) -> str | None:
    """Read the family that names its version in a dozen ways; one without a version is any of them."""
    if "exception" in words or " and " in words:
        return None
    name = re.match(r"[a-z ]+?(?=\s*(?:\d|\+|or (?:any )?later|$))", words)
    family = _GNU.get(name[0].strip()) if name else None
    if name is None or family is None:
        return None
    rest = words[name.end() :].strip()
    version = re.match(r"\d+(?:\.\d+)*", rest)
    if version is None:
        return f"{_OLDEST[family]}-or-later" if not rest or _short(rest) else None
    number = version[0] if "." in version[0] else f"{version[0]}.0"
    later = _LATER.match(rest, version.end())
    left = rest[later.end() if later else version.end() :].strip()
    if left and not _short(left):
        return None
    return expression(f"{family}-{number}-{'or-later' if later else 'only'}")


def _short(rest: str) -> bool:
    """Say whether nothing but the short name in brackets is left: `(GPLv3+)`."""
    return bool(re.fullmatch(r"[al]?gpl\s*[\d.]*\s*\+?|only", rest))
