"""Checksums that vendors put into their tokens: a wrong one marks a made-up or damaged value."""

import re
from string import ascii_lowercase, ascii_uppercase, digits
from zlib import crc32

_BASE62 = digits + ascii_uppercase + ascii_lowercase
_BASE36 = digits + ascii_lowercase
_ROUTABLE = re.compile(r"(?P<covered>[\w-]+\.(?:[0-9a-z]{2}\.)?[0-9a-z]{2})(?P<crc>[0-9a-z]{7})", re.ASCII)


def _digits(number: int, alphabet: str, width: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        text = alphabet[rest] + text
    return text.rjust(width, alphabet[0])


def base62(value: str) -> str:
    """Return the CRC-32 of `value` as six base-62 digits."""
    return _digits(crc32(value.encode()), _BASE62, 6)


def base36(value: str) -> str:
    """Return the CRC-32 of `value` as seven base-36 digits."""
    return _digits(crc32(value.encode()), _BASE36, 7)


def little_endian(value: str) -> str:
    """Return the CRC-32 of `value` as eight hex digits, lowest byte first."""
    return crc32(value.encode()).to_bytes(4, "little").hex()


def anthropic(value: str) -> bool:
    """Judge an Anthropic key: every key that is issued ends in `AA`."""
    return value.endswith("AA")


def github(value: str) -> bool | None:
    """Judge a GitHub or npm token: the last six digits cover what stands between them and the prefix.

    Source: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    A stateless `ghs_` token holds a JWT instead.
    """
    body = value.partition("_")[2]
    return None if "." in body else base62(body[:-6]) == body[-6:]


def gitlab(value: str) -> bool | None:
    """Judge a GitLab routable token; an older token has no checksum.

    Source: https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/
    """
    match = _ROUTABLE.fullmatch(value)
    return None if match is None else base36(match["covered"]) == match["crc"]


def grafana(value: str) -> bool:
    """Judge a Grafana service account token: the part after the last `_` covers all before it.

    Source: `pkg/components/apikeygenprefixed` in https://github.com/grafana/grafana
    """
    covered, _, crc = value.rpartition("_")
    return little_endian(covered) == crc
