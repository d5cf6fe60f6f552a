"""Names of container images: `registry/namespace/name:tag@digest`."""

import re

from lockgate.inventory.model import Component, Gap

_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}")
_NAME = re.compile(r"[A-Za-z0-9][\w.:\[\]-]*(?:/[\w.-]+)*")
_TAG = re.compile(r"[\w.-]*", re.ASCII)
_LONGEST = 1_000


def component(text: str, line: int) -> Component | Gap:
    """Read an image's name as written; its version is `tag@digest`, or the one that there is.

    A gap is what no image can be: an expression that only a run fills in, or no name at all.
    """
    name, digest_sign, digest = text.partition("@")
    colon = name.rfind(":")
    tag = ""
    if colon > name.rfind("/"):
        name, tag = name[:colon], name[colon + 1 :]
    known = _NAME.fullmatch(name) and _TAG.fullmatch(tag) and (_DIGEST.fullmatch(digest) or not digest_sign)
    if len(text) > _LONGEST or not known:
        return Gap(line, text[:_LONGEST], "nobody can say which image this is")
    version = "@".join(filter(None, (tag, digest)))
    return Component(
        key=f"{name}@{version}", ecosystem="Docker", name=name, version=version, line=line, direct=True
    )


def gap(image: Component, text: str) -> Gap | None:
    """Say why nobody knows which image is meant, where it has no digest and no tag but `latest`."""
    if image.version in {"", "latest"}:
        return Gap(image.line, text[:_LONGEST], "it has no tag, or one that moves, and no digest")
    return None
