"""Bills that several tests need."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from lockgate.bom import cyclonedx
from lockgate.bom.model import Bom, make
from lockgate.inventory.model import Component, File, Gap, Inventory, Kind, Need, Origin, Scope

WHEN = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
SHA256 = "a" * 64
SHA512 = "b" * 128
PACKAGES = "https://files.example/packages"
TARBALLS = "https://npm.example/-"


def npm() -> Inventory:
    """A lock of npm: a workspace, two copies of one version, a scope, a git dependency, a capital letter."""
    return Inventory(
        path="web/package-lock.json",
        kind="package-lock.json",
        ecosystem="npm",
        name="web",
        version="1.0.0",
        needs=(Need("packages/ui"), Need("node_modules/@scope/a")),
        components=(
            Component(
                key="packages/ui", ecosystem="npm", name="ui", version="0.1.0", line=3,
                needs=(Need("packages/ui/node_modules/b"),), origin=Origin(Kind.WORKSPACE, "packages/ui"),
            ),
            Component(
                key="node_modules/@scope/a", ecosystem="npm", name="@scope/a", version="1.0.0",
                line=5, direct=True,
                needs=(Need("node_modules/b"),), licence="(MIT OR Apache-2.0)", install_script=True,
                files=(File("a-1.0.0.tgz", f"{TARBALLS}/a-1.0.0.tgz", (f"sha512:{SHA512}",)),),
            ),
            Component(
                key="node_modules/b", ecosystem="npm", name="b", version="2.0.0", line=7, licence="MIT",
                scope=Scope.DEV, needs=(Need("node_modules/JSONStream"),),
                files=(File("b-2.0.0.tgz", f"{TARBALLS}/b-2.0.0.tgz", (f"sha512:{SHA512}",)),),
            ),
            Component(
                key="packages/ui/node_modules/b", ecosystem="npm", name="b", version="2.0.0", line=9,
                needs=(Need("node_modules/c"),), licence="MIT",
                files=(File("b-2.0.0.tgz", f"{TARBALLS}/b-2.0.0.tgz", (f"sha512:{SHA512}",)),),
            ),
            Component(
                key="node_modules/c", ecosystem="npm", name="c", version="0.0.1",
                line=11, scope=Scope.OPTIONAL,
                licence="SEE LICENSE IN LICENSE.md",
                origin=Origin(Kind.GIT, "git+ssh://git@git.example/owner/c.git#" + "c" * 40),
            ),
            Component(
                key="node_modules/JSONStream", ecosystem="npm", name="JSONStream", version="1.3.5", line=13,
                scope=Scope.DEV, licence="(MIT OR Apache-2.0)",
            ),
        ),
    )  # fmt: skip


def python() -> Inventory:
    """A flat list of Python, with a line that pins nothing."""
    return Inventory(
        path="api/requirements.txt",
        kind="requirements.txt",
        ecosystem="PyPI",
        name="api",
        needs=(Need("django"), Need("six")),
        components=(
            Component(
                key="django", ecosystem="PyPI", name="django", version="4.2",
                line=1, direct=True, licence="BSD",
                files=(
                    File("django-4.2.tar.gz", f"{PACKAGES}/django-4.2.tar.gz", (f"sha256:{SHA256}",)),
                    File("django-4.2-py3-none-any.whl", f"{PACKAGES}/django-4.2-py3-none-any.whl"),
                ),
            ),
            Component(
                key="six", ecosystem="PyPI", name="six", version="1!1.16+local", line=2, direct=True,
                files=(File("", "", (f"sha256:{SHA256}",)),),
            ),
        ),
        gaps=(Gap(3, "flask>=1", "it pins no version"),),
    )  # fmt: skip


def bill() -> Bom:
    return make([npm(), python()], name="shop", version="abc123")


def document(bom: Bom | None = None) -> dict[str, Any]:
    """A fresh document that a test may break."""
    return msgspec.json.decode(cyclonedx.write(bom or bill(), WHEN))
