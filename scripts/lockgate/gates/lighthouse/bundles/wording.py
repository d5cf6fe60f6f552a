"""Write what grew, where, and what can be done about it."""

from collections.abc import Sequence

from lockgate.gates.lighthouse.bundles.model import Cause, Change, Grown
from lockgate.gates.lighthouse.wording import size
from lockgate.untrusted import shown

_PLURAL = {
    "document": "HTML",
    "font": "fonts",
    "image": "images",
    "media": "media",
    "other": "other files",
    "script": "scripts",
    "stylesheet": "style sheets",
}
_MEND = {
    "document": "Leave out what the page does not show at once; data that scripts need can be fetched later.",
    "font": "Leave out weights and characters that no page uses, or serve them as WOFF2.",
    "image": "Make it as large as it is shown, in AVIF or WebP.",
    "media": "Compress it further, or load it when somebody plays it.",
    "other": "Leave out what this page does not need.",
    "script": "Load what is not needed at once with `import()`, or leave it out.",
    "stylesheet": "Leave out rules that these pages do not use, or load them with the part that needs them.",
}
_MOST_CAUSES = 3


def message(grown: Grown, causes: Sequence[Cause]) -> str:
    """Say what grew and how much, in bytes over the wire; then which file did most of it, and why."""
    what = _PLURAL[grown.kind]
    where = f"the {what} of {_pages(grown.pages)}" if grown.pages else f"the {what} that pages load later"
    sums = f"{size(grown.old)} to {size(grown.new)} with brotli"
    text = f"{where} grew by {size(grown.more)}, from {sums}: {_files(grown.changes)}"
    if causes:
        text += f"; before compression {', '.join(map(_cause, causes[:_MOST_CAUSES]))}"
    return text


def mend(grown: Grown, causes: Sequence[Cause]) -> str:
    """Say what to do: about the package or the source that did most of it, where it is known."""
    if not grown.pages:
        return "Leave out what nobody needs: who makes a page load it waits for it then."
    if not causes or grown.kind != "script":
        return _MEND[grown.kind]
    name = shown(causes[0].name)
    if causes[0].package:
        return f"Import {name} with `import()` where it is used, or do without it."
    return f"See what {name} has more, and load what can wait with `import()`."


def _pages(pages: Sequence[str]) -> str:
    more = len(pages) - 1
    return shown(pages[0]) + (f" and {more:,} more page{'s' * (more > 1)}" if more else "")


def _files(changes: Sequence[Change]) -> str:
    most = changes[0]
    if not most.base:
        how = f"{shown(most.head)} is new there, with {size(most.new)}"
    else:
        how = f"{shown(most.head)} has {size(most.more)} more"
    growing = sum(change.more > 0 for change in changes) - 1
    return how + (f", and {growing:,} more file{'s' * (growing > 1)} grew" if growing > 0 else "")


def _cause(cause: Cause) -> str:
    what = f"{'the package ' if cause.package else ''}{shown(cause.name)}"
    return f"{what} +{size(cause.more)}{' (new)' if cause.new else ''}"
