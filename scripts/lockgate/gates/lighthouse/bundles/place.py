"""Find the file of the repository that growth is shown at."""

import posixpath
from collections.abc import Sequence

from lockgate.gates.lighthouse.bundles.model import Cause, Grown, Repository
from lockgate.gates.lighthouse.model import Site
from lockgate.gates.lighthouse.rule_book import Place
from lockgate.inventory.node_manifest import manifest_of

_MANIFEST = "package.json"


def place(site: Site, grown: Grown, causes: Sequence[Cause], repository: Repository) -> Place:
    """Give the built file where the repository has it; else the source, or the package, that grew most.

    A package stands on its line of the nearest package.json that names it; one that comes with another
    package is shown at the source that grew most, or else at the package.json.
    """
    built = posixpath.normpath(posixpath.join(site.folder, grown.changes[0].head))
    if built in repository.tracked:
        return Place(built)
    manifests = _manifests(site, repository.tracked)
    for cause in causes:
        if cause.path:
            return Place(cause.path)
        if cause.package and (found := _line(cause.name, manifests, repository)):
            return found
    return Place(manifests[0] if manifests and any(cause.package for cause in causes) else site.manifest)


def _manifests(site: Site, tracked: frozenset[str]) -> list[str]:
    """Give the package.json of the site and of the folders above it, the nearest first."""
    folder, found = posixpath.dirname(site.manifest), []
    while True:
        path = posixpath.join(folder, _MANIFEST)
        if path in tracked:
            found.append(path)
        if not folder:
            return found
        folder = posixpath.dirname(folder)


def _line(package: str, manifests: Sequence[str], repository: Repository) -> Place | None:
    for path in manifests:
        asked = manifest_of(posixpath.dirname(path), repository.read).place(package)
        if asked:
            return Place(path, asked.line)
    return None
