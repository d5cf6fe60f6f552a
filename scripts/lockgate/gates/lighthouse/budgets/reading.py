"""Read all budgets that a configuration has or names."""

from lockgate.config.lighthouse import LighthouseConfiguration
from lockgate.finding import Notification
from lockgate.gates.lighthouse.budgets import budget_json, documents, lighthouserc, short
from lockgate.gates.lighthouse.model import Limit


def read(
    configuration: LighthouseConfiguration, read_file: documents.ReadFile, folder: str
) -> tuple[tuple[Limit, ...], tuple[Notification, ...]]:
    """Give the limits of `budgets`, `budget-file` and `assertions-file` together, and what to tell of them.

    `read_file` gives a file of the repository, by its path from the top, as the base has it: a change cannot
    rewrite its own budgets. `folder` is the configuration's. Raise ConfigurationError for a file that cannot
    be read or is malformed.
    """
    limits = list(short.limits(configuration, read_file, folder))
    notes: list[Notification] = []
    if configuration.budget_file:
        key = "`gates.lighthouse.budget-file`"
        found = budget_json.limits(documents.named(read_file, folder, configuration.budget_file, key))
        limits += found[0]
        notes += found[1]
    if configuration.assertions_file:
        found = lighthouserc.limits(read_file, folder, configuration.assertions_file)
        limits += found[0]
        notes += found[1]
    if not configuration.third_parties and (
        idle := [one for one in limits if one.metric == "bytes.third-party"]
    ):
        what = f"{idle[0].source} limits what third parties send, and none is reached: list them "
        notes.append(Notification(level="note", message=f"{what}in `third-parties`", path=idle[0].path))
    return tuple(limits), tuple(notes)
