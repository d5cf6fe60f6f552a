"""A small clone of the toolkit: one release, and commits after it that are none."""

from pathlib import Path

from checkouts import Checkout
from lockgate.verify.toolkit import Toolkit, open_clone

NAME = "lockgate/lockgate"
CHECKOUT = f"actions/checkout@{'c0' * 20}"
LOCKED = f"rich==15.0.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n    # via x\n"
NPM = '{"packages": {"": {"name": "x"}, "node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}}}'
PIPELINE = f"""
on: workflow_call
jobs:
  plan:
    steps:
      - uses: {CHECKOUT} # v7.0.1
      - uses: $/actions/plan
  gates:
    steps:
      - uses: {CHECKOUT} # v7.0.1
      - uses: $/
"""
FILES: dict[str, str | bytes | None] = {
    ".github/workflows/pipeline.yml": PIPELINE,
    "action.yml": "runs: {using: composite, steps: [{run: x}]}",
    "actions/plan/action.yaml": f"runs: {{steps: [{{uses: '{CHECKOUT}'}}, {{uses: $/}}]}}",
    "scripts/requirements/engine.txt": f"# made by a tool\n{LOCKED}",
    "scripts/requirements/dev.txt": "left==1.0\n",
    "scripts/requirements/oxlint/package-lock.json": NPM,
    "scripts/requirements/oxlint/package.json": "{}",
}


class Clone:
    """Be a checkout of the toolkit whose first commit is v0.1.0, under an annotated tag."""

    def __init__(self, folder: Path) -> None:
        self.checkout = Checkout(folder)
        self.released = self.checkout.commit(FILES)
        self.checkout.git("tag", "-a", "-m", "x", "v0.1.0")

    def commit(self, files: "dict[str, str | bytes | None]") -> str:
        return self.checkout.commit(files)

    def toolkit(self) -> Toolkit:
        return open_clone(self.checkout.root, NAME, "")
