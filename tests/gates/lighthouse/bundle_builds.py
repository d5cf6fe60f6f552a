"""Make builds on disk, and read recorded ones, for the tests of bundles."""

import random
from pathlib import Path

from gates.running import write
from lockgate.cache import Cache
from lockgate.config.lighthouse import Growth
from lockgate.gates.lighthouse.bundles.compare import compare
from lockgate.gates.lighthouse.bundles.model import Repository, Route, Side, Size
from lockgate.gates.lighthouse.bundles.sizes import Sizer
from lockgate.gates.lighthouse.model import Build, Site
from lockgate.gates.lighthouse.sites.builds import of_folder

RECORDED = Path(__file__).with_name("recorded_builds")
SITE = Site("plain", "web/out", "web", "web/package.json")


def recorded(name):
    return of_folder(RECORDED / name, name)


def build(folder, files):
    """Write a build; each file is its text, or the number of bytes that do not compress."""
    write(folder, {name: noise(name, it) if isinstance(it, int) else it for name, it in files.items()})
    return of_folder(folder, folder.name)


def noise(seed, size):
    """Give letters of which brotli saves little, so that sizes in tests mean what they say."""
    return bytes(random.Random(seed).choices(range(33, 127), k=size))


def page(*names):
    """Give the HTML of a page with these scripts and style sheets."""
    tags = (
        f'<link rel="stylesheet" href="{name}">'
        if name.endswith(".css")
        else f'<script src="{name}"></script>'
        for name in names
    )
    return f"<!doctype html><html><head>{''.join(tags)}</head><body></body></html>"


def compared(head, base, *, site=SITE, tracked=(), growth=None):
    """Compare builds; `tracked` are the repository's files, or their texts."""
    texts = tracked if isinstance(tracked, dict) else dict.fromkeys(tracked, "")
    repository = Repository(frozenset(texts), lambda path: texts[path].encode() if path in texts else None)
    sizer = Sizer(Cache(None), 2)
    return compare(site, head, base, growth=growth or Growth(), repository=repository, sizer=sizer)


def side(routes, **sizes):
    """Make a side without files: `sizes` are by name, with `_` for `.`, as (bytes, digest)."""
    named = {name.replace("_", "."): Size(size, size, size, digest) for name, (size, digest) in sizes.items()}
    build = Build(Path("nowhere"), "", tuple(named))
    return Side(build, tuple(Route(path, tuple(files)) for path, files in routes.items()), named)
