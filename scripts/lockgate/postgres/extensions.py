"""Which extensions migrations make, read from their text: SQL, and Python of Django and Alembic."""

import re
from collections.abc import Iterable, Iterator

_COMMENT = re.compile(r"--[^\n]*|/\*(?:.*?\*/|.*)|(?<!\S)#[^\n]*", re.DOTALL)
_STATEMENT = re.compile(
    r"\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:([a-z_]\w{0,62})|\\?\"([\w-]{1,63})\\?\")",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\s*(?:ALTER|COMMENT\s+ON|CREATE|DROP)\s+EXTENSION\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
    r"(?:([a-z_]\w{0,62})|\"([\w-]{1,63})\")",
    re.IGNORECASE,
)
_OPERATION = re.compile(r"\bCreateExtension\(\s*(?:name\s*=\s*)?['\"]([\w-]{1,63})['\"]")
_CLASS = re.compile(r"\b([A-Za-z]{1,20}Extension)\(")
_CLASSES = {
    "BloomExtension": "bloom",
    "BtreeGinExtension": "btree_gin",
    "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext",
    "CryptoExtension": "pgcrypto",
    "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent",
    "VectorExtension": "vector",
}


def needed(texts: Iterable[str]) -> frozenset[str]:
    """Give the names of the extensions that some migrations make; what stands in comments is left out."""
    return frozenset(name for text in texts for name in _named(text)) - {"plpgsql"}


def named_in(statement: str) -> frozenset[str]:
    """Give the name of the extension that a statement makes, alters, removes or comments on."""
    match = _ABOUT.match(_COMMENT.sub(" ", statement))
    return frozenset([match[1].lower() if match[1] else match[2]] if match else ())


def _named(text: str) -> Iterator[str]:
    if "xtension" not in text.lower():
        return
    plain = _COMMENT.sub(" ", text)
    for match in _STATEMENT.finditer(plain):
        yield match[1].lower() if match[1] else match[2]
    yield from (match[1] for match in _OPERATION.finditer(plain))
    yield from (_CLASSES[match[1]] for match in _CLASS.finditer(plain) if match[1] in _CLASSES)
