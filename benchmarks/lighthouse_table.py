"""Write what was measured as tables in Markdown."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from lighthouse_lhci import ACCESSIBILITY, BLOCKING, RULES, SUMS, TIMINGS
from lighthouse_plants import PLANTS

Step = dict[str, Any]

_TIMED = {audit: metric for metric, audit in TIMINGS.items()}
_OF_PLANTS = {
    "+30 KB script": {"grew"},
    "blocking script": {"blocking-added", "slower"},
    "missing alt": {"image-alt"},
    "third party": {"third-party-added"},
}
_THEIRS = {
    "+30 KB script": {SUMS["script bytes"], SUMS["total bytes"]},
    "blocking script": {BLOCKING, *TIMINGS.values()},
    "missing alt": {f"categories:{ACCESSIBILITY}"},
    "third party": {SUMS["third parties"]},
}


def tables(steps: Sequence[Step]) -> str:
    """Write all."""
    done = [step for step in steps if "error" not in step]
    pages = list(dict.fromkeys(step["page"] for step in done))
    parts = [
        "### Identical code\n",
        _table(
            "page | who, by which rule | comparisons | false alarms | of which timings | inconclusive"
            " | seconds of a comparison | load",
            (row for page in pages for row in _identical([step for step in done if step["page"] == page])),
        ),
        "\n### Regressions\n",
        _table(
            "page | planted | who | found | by | where | seconds | load",
            (row for page in pages for row in _planted([step for step in done if step["page"] == page])),
        ),
        "\n### Cost\n",
        _table(
            "page | what | seconds, median | from | to | times | ratio",
            (row for page in pages for row in _cost([step for step in done if step["page"] == page])),
        ),
        f"\n{sum('error' in step for step in steps)} steps failed.",
    ]
    return "\n".join(parts)


def _table(columns: str, rows: Iterator[Sequence[object]]) -> str:
    lines = [f"| {columns} |", f"|{'---|' * (columns.count('|') + 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def _of(steps: Sequence[Step], who: str, what: str) -> list[Step]:
    return [step for step in steps if (step["who"], step["what"]) == (who, what)]


def _identical(steps: Sequence[Step]) -> Iterator[Sequence[object]]:
    if ours := _of(steps, "lockgate", "identical"):
        alarms = [[metric for metric, answer in step["answers"].items() if answer == "fail"] for step in ours]
        unsure = f"{sum('inconclusive' in step['answers'].values() for step in ours)}"
        unsure += f", {sum(bool(step['doubt']) for step in ours)} by the machine's pace"
        yield _row(ours, "lockgate, 5 or 10 runs a side in turns", alarms, unsure, 1)
    theirs = [step for step in _of(steps, "lhci", "identical") if step["failed"]]
    for rule in RULES if theirs else ():
        alarms = [[_TIMED.get(name, name) for name in step["failed"][rule]] for step in theirs]
        yield _row(theirs, f"@lhci/cli, 5 runs a side, {rule}", alarms, "", 2)


def _row(
    steps: Sequence[Step], who: str, alarms: Sequence[Sequence[str]], unsure: str, sides: int
) -> Sequence[object]:
    false = sum(map(bool, alarms))
    names = Counter(name for each in alarms for name in each)
    loads = [step["load"] for step in steps]
    return (
        steps[0]["page"], who, len(steps), f"{false} ({100 * false / len(steps):.0f} %)",
        ", ".join(f"{name} {count}" for name, count in names.most_common()) or "–", unsure,
        f"{sides * median(step['seconds'] for step in steps):.0f}", f"{min(loads)} to {max(loads)}",
    )  # fmt: skip


def _planted(steps: Sequence[Step]) -> Iterator[Sequence[object]]:
    for plant in PLANTS:
        for step in _of(steps, "lockgate", plant):
            hits = [each for each in step["findings"] if each["rule"] in _OF_PLANTS[plant]]
            places = dict.fromkeys(f"`{each['path']}:{each['line']}`".replace(":0`", "`") for each in hits)
            yield (
                step["page"], plant, "lockgate", "yes" if hits and step["code"] == 1 else "**no**",
                ", ".join(dict.fromkeys(each["rule"] for each in step["findings"])), ", ".join(places),
                f"{step['seconds']:.0f}", step["load"],
            )  # fmt: skip
        for step in _of(steps, "lhci", plant):
            for rule in RULES:
                failed = step["failed"][rule]
                hit = _THEIRS[plant] & set(failed)
                yield (
                    step["page"], plant, f"@lhci/cli, {rule}", "yes" if hit else "**no**",
                    ", ".join(failed) or "–", "the page's address" if hit else "–",
                    f"{2 * step['seconds']:.0f}", step["load"],
                )  # fmt: skip


def _cost(steps: Sequence[Step]) -> Iterator[Sequence[object]]:
    for step in _of(steps, "lockgate", "bundles"):
        yield step["page"], "bundles alone, both sides", f"{step['seconds']:.2f}", "", "", 5, ""
    ours = _of(steps, "lockgate", "identical")
    each = [seconds for step in ours for seconds in step["each"]]
    yield from _line(
        ours, "one run: all that is exact, with accessibility, of one side", each, median(each or [0])
    )
    for step in _of(steps, "lockgate", "exact"):
        yield (
            step["page"],
            "the whole gate as a process without times",
            f"{step['seconds']:.1f}",
            "",
            "",
            1,
            "",
        )
    full = [sum(each[start : start + 20]) for start in range(0, len(each) - 19, 20)]
    yield from _line(ours, "20 runs in turns: a full comparison at 10 a side", full, 0)
    theirs = [step["seconds"] / len(step["runs"]) for step in steps if step["who"] == "lhci"]
    yield from _line(steps, "one run of @lhci/cli", theirs, median(each or [0]))


def _line(
    steps: Sequence[Step], what: str, values: Sequence[float], beside: float
) -> Iterator[Sequence[object]]:
    """Write what a step took; as a ratio to `beside`, where that is another's time."""
    if values:
        middle, low, high = median(values), min(values), max(values)
        ratio = f"{middle / beside:.1f}×" if beside else ""
        yield steps[0]["page"], what, f"{middle:.1f}", f"{low:.1f}", f"{high:.1f}", len(values), ratio
