"""Advisories, locks and trees by hand, for the tests of the gate sca."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from lockgate.advisories.model import Advisory, Package, Pin, Snapshot
from lockgate.cache import Cache
from lockgate.config import Limits
from lockgate.config.model import ScaConfiguration
from lockgate.errors import PlatformError
from lockgate.gates.protocol import Task
from lockgate.gates.sca import gate, judging
from lockgate.gates.sca.sources import Sources
from lockgate.git import Git
from lockgate.share import WHOLE
from lockgate.tree import of_change, of_checkout
from lockgate.versions import order

TODAY = date(2026, 11, 21)
NEWEST = datetime(2026, 11, 20, tzinfo=UTC)
NO_NETWORK = PlatformError("OSV gave no answer", cause="no network", todo="find one")


def advisory(name, package, fixed=(), *, ecosystem="PyPI", score=7.5, summary="It leaks. ", **values):
    """Make an advisory that holds for every version below the first of `fixed` that is above it."""
    return Advisory(
        id=name, ids=tuple(sorted({name, *values.pop("ids", ())})), package=Package(ecosystem, package),
        fixed=tuple(fixed), score=score, summary=summary, **values,
    )  # fmt: skip


class Fake:
    """Be advisories: those given, each of which holds below the highest version that mends it."""

    def __init__(self, *advisories, newest=NEWEST, count=None, fails=None, source="a test", ecosystems=()):
        self.advisories = advisories
        self.fails = fails
        self.asked = []
        self.snapshot = Snapshot(
            source=source, digest="ab" * 32, newest=newest, count=len(advisories) if count is None else count,
            ecosystems=frozenset(ecosystems),
        )  # fmt: skip

    def of(self, pins):
        if self.fails:
            raise self.fails
        pins = list(pins)
        self.asked += pins
        return {pin: found for pin in pins if (found := self._of(pin))}

    def _of(self, pin):
        key = order.of(pin.package.ecosystem)
        return tuple(
            each for each in self.advisories
            if each.package == pin.package
            and (not each.fixed or key(pin.version) < max(map(key, each.fixed)))
        )  # fmt: skip

    def records(self, packages):
        return {}


def sources(live=None, index=None, exported=None, differences=()):
    """Give the sources of a machine: without `live` there is no network, without `index` no index."""

    def of_index(home):
        if index is None:
            raise PlatformError("there is no index", cause="none was made", todo="make one")
        return index

    def export(name, files):
        return exported(name, files)

    return Sources(
        live=lambda cache, home: live or Fake(fails=NO_NETWORK),
        index=of_index,
        export=export,
        audit=lambda *given: list(differences),
    )


def pin(name, version, ecosystem="PyPI"):
    return Pin(Package(ecosystem, name), version)


def task(tree, **values):
    given = {name.replace("-", "_"): value for name, value in values.items()}
    folder, share = given.pop("folder", ""), given.pop("share", WHOLE)
    return Task(
        tree=tree, configuration=ScaConfiguration(**given), limits=Limits(), jobs=1, cache=Cache(None),
        home=Path("/nonexistent"), today=TODAY, folder=folder, share=share,
    )  # fmt: skip


def tree(root, base=None, folder=None):
    """Read a checkout, all of it or what differs from a base."""
    git = Git(root)
    if base is None:
        return of_checkout(git, "", (), bytes.hex)
    folder.mkdir(exist_ok=True)
    return of_change(git, "", (), bytes.hex, base=base, head=git.resolve("HEAD"), workspace=folder)


def run(given, made, **values):
    """Run the gate over a tree; give its output."""
    return judging.run(gate.NAME, task(given, **values), made)


def marks(output):
    """Give (rule, path, line) of the findings of vulnerabilities."""
    return sorted((each.rule, each.path, each.line) for each in output.findings if each.tool == "osv")


def one(output, rule=None):
    (found,) = [each for each in output.findings if each.tool == "osv" and rule in {None, each.rule}]
    return found


def at(moment, *advisories):
    """Say when advisories were published."""
    return [replace(each, published=moment) for each in advisories]
