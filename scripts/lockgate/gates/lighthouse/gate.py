"""What a web site's change costs its visitors: bytes, time and barriers, measured in a real browser.

What measures is loaded when it is run: a plan needs neither it nor the libraries that it stands on.
"""

from lockgate.config import GateConfiguration
from lockgate.gates.lighthouse.sites.find import Found, find_in, touched
from lockgate.gates.protocol import Applies, Output, Task
from lockgate.gates.scope import describe
from lockgate.tree import Tree

NAME = "lighthouse"


def applies(tree: Tree, configuration: GateConfiguration) -> Applies:
    """Apply where there is a site that the change may alter; what makes one and was not run is said."""
    found = find_in(tree, configuration)
    sites = [site for site in found.sites if touched(site, tree.changed)]
    if not sites:
        return Applies(0, _why_not(found, tree))
    kinds = ", ".join(sorted({site.kind for site in sites}))
    counted = describe({"site": len(sites)}, "", tree)
    return Applies(len(sites), f"{counted.reason} ({kinds})", alone=True)


def run(task: Task) -> Output:
    """Load the pages, and judge what was measured."""
    from lockgate.gates.lighthouse import judging  # noqa: PLC0415 - see above

    return judging.run(task)


def _why_not(found: Found, tree: Tree) -> str:
    if found.sites or not found.unserved:
        return describe({}, "no site", tree).reason
    return f"no site: {found.unserved[0]}"
