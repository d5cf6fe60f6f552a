"""What the gate's decision does with real runs: false alarms and power, beside the rules in common use."""

import json
from collections.abc import Collection, Mapping, Sequence
from math import exp
from pathlib import Path
from random import Random

from lockgate.config.lighthouse import MinimumEffect
from lockgate.gates.lighthouse.decisions.simulation import Runs, simulate, table
from lockgate.gates.lighthouse.metrics import BY_ID

TIMES, SEED = 2_000, 7
MEASURED = Path(__file__).with_name("lighthouse_runs.json")
"""Pages by name, each with its runs, each with its timings: {"shop": [{"fcp": 750.1, …}, …]}."""


def main(argv: Sequence[str], times: int = TIMES) -> int:
    """Print a table in Markdown for each page of a file of runs, and for a model of a page."""
    path = Path(argv[0]) if argv else MEASURED
    print(tables(path if argv or path.is_file() else None, times), end="")
    return 0


def tables(path: Path | None, times: int = TIMES, shown: Collection[str] = ()) -> str:
    """Write a table for each page of a file, and for the model; `shown` leaves times with these changes."""
    measured: Mapping[str, Runs] = json.loads(path.read_text()) if path else {}
    pages = {**measured, "a model of a page whose times vary": modelled(200, SEED)}
    parts = []
    for name, runs in pages.items():
        rows = simulate(runs, MinimumEffect(), times, SEED)
        kept = [
            row for row in rows if not shown or (row.change in shown and row.timing != BY_ID["cls"].label)
        ]
        parts.append(f"\n{name}: {len(runs)} runs, {times:,} comparisons for each row\n\n{table(kept)}")
    return "".join(parts)


def modelled(count: int, seed: int) -> Runs:
    """Make runs as a Next.js page of 140 kB had them on a busy machine with two cores.

    Of 15 runs, FCP had a median of 750 ms, from 719 to 830; LCP came at 750 ms or from 1,500 to 1,968; TBT
    had 120 ms, from 71 to 381; nothing moved. The longest task is taken to vary as TBT does.
    """
    chance = Random(seed)  # noqa: S311 - keeps no secret, and has to draw the same each time
    runs = []
    for _ in range(count):
        busy = chance.gauss(0, 0.48)
        runs.append(
            {
                "fcp": 719 + min(111, chance.expovariate(1 / 40)),
                "lcp": chance.gauss(755, 15) if chance.random() < 0.3 else chance.uniform(1_480, 1_968),
                "tbt": max(71, min(381, 120 * exp(busy))),
                "cls": 0.0,
                "inp": 100 * exp(0.6 * busy + chance.gauss(0, 0.2)),
            }
        )
    return runs
