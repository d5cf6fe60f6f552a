"""What makes sites, and into which folder: a table of tools, by their packages and their files."""

import json
from collections.abc import Set

from lockgate.gates.lighthouse.model import Kind

FILES = {
    "_config.yml": "_site",
    "antora-playbook.yml": "build/site",
    "book.toml": "book",
    "conf.py": "_build/html",
    "hugo.json": "public",
    "hugo.toml": "public",
    "hugo.yaml": "public",
    "mkdocs.yaml": "site",
    "mkdocs.yml": "site",
}
"""The folders beside the files of tools that need no package.json."""

# The first one that a package depends on makes its site: many of them bring Vite along.
_PACKAGES: dict[str, tuple[str, ...]] = {
    "next": ("out",),
    "nuxt": (".output/public", "dist"),
    "astro": ("dist",),
    "gatsby": ("public",),
    "@docusaurus/core": ("build",),
    "@11ty/eleventy": ("_site",),
    "vitepress": ("docs/.vitepress/dist", ".vitepress/dist"),
    "@sveltejs/kit": ("build",),
    "react-scripts": ("build",),
    "hexo": ("public",),
    "@vue/cli-service": ("dist",),
    "parcel": ("dist",),
    "vite": ("dist",),
}
_ANY = ("dist", "build", "_site")


def maker(manifest: bytes | None) -> tuple[str, tuple[str, ...]]:
    """Name what makes a package's site, from its package.json, and the folders that it may be in.

    The name is empty where it is none that is known, or the file cannot be read.
    """
    dependencies = _dependencies(manifest)
    return next(((name, places) for name, places in _PACKAGES.items() if name in dependencies), ("", _ANY))


def kind(name: str) -> Kind:
    """Give the kind of site that a tool makes."""
    return "next" if name == "next" else "vite" if name == "vite" else "plain"


def _dependencies(manifest: bytes | None) -> Set[str]:
    try:
        parsed = json.loads(manifest or b"{}")
    except (ValueError, RecursionError):
        return set()
    if not isinstance(parsed, dict):
        return set()
    several = (parsed.get(key) for key in ("dependencies", "devDependencies"))
    return {name for each in several if isinstance(each, dict) for name in each}
