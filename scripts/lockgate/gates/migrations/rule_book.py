"""The rules of the gate itself, and how a finding of one is made."""

from dataclasses import dataclass

from lockgate.finding import Finding, Related, Rule, Severity
from lockgate.fingerprint import content_key
from lockgate.gates.judged import Judged
from lockgate.source import display

GATE = "migrations"
TOOL = "lockgate"
_LONGEST = 200
_MANUAL = "https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES"


@dataclass(frozen=True, slots=True)
class Place:
    """Name a file and lines of it, counted from 1; 0 for the whole file."""

    path: str
    line: int = 0
    end_line: int = 0


def judged(
    rule: str,
    place: Place,
    message: str,
    *,
    identity: str,
    severity: Severity | None = None,
    mend: str = "",
    related: tuple[Related, ...] = (),
) -> Judged:
    """Make a finding about a migration's file, or about the file that names the project.

    It is the same finding as long as rule and `identity` are the same: name what is wrong there (migration,
    table, column), never a line number, and never a number of locks or rows.
    """
    finding = Finding(
        gate=GATE,
        tool=TOOL,
        rule=rule,
        severity=BY_ID[rule].severity if severity is None else severity,
        message=f"{message[:1].upper()}{message[1:]}",
        path=display(place.path),
        line=place.line,
        end_line=max(place.line, place.end_line),
        sources=(f"{TOOL}/{rule}",),
        mend=mend,
        related=related,
        help=BY_ID[rule].help,
    )
    return Judged(finding, content_key(f"{TOOL}/{rule}", [identity], 1, 1))


def rule(
    name: str, severity: Severity, what: str, why: str, mend: str, *, link: str = "", tool: str = TOOL
) -> Rule:
    """Describe a rule of this gate."""
    return Rule(
        id=name,
        tool=tool,
        name=name.replace("-", " ").capitalize(),
        severity=severity,
        what=what,
        why=why,
        mend=mend,
        tags=("reliability",),
        help=link,
    )


_WAITS = "Whoever reads or writes the table waits, and behind them the whole application."
_OLD = "The last release still runs while a migration is applied, and again when a deploy is undone."

RULES: tuple[Rule, ...] = (
    rule(
        "circular-dependency", Severity.HIGH,
        "Migrations wait for each other.",
        "None of them can be applied.",
        "Take one of the dependencies away.",
    ),
    rule(
        "concurrently-in-transaction", Severity.HIGH,
        "A statement that works `CONCURRENTLY` stands in a transaction, where it always fails.",
        "The deploy stops there.",
        "Let the migration run without a transaction, with that statement alone in it.",
    ),
    rule(
        "contract-done", Severity.NOTE,
        "A column or table is removed or renamed, and nothing in the base's code names it.",
        "What does not name it is safe; what builds its name at run time is not seen.",
        "Nothing has to be done.",
    ),
    rule(
        "contract-still-used", Severity.HIGH,
        "A column or table is removed or renamed that the base's code still names.", _OLD,
        "Release the code without it first, and remove it in a later release.",
    ),
    rule(
        "data-and-schema", Severity.MEDIUM,
        "Rows are written in the same transaction in which the schema is changed.",
        "All locks of the change of the schema are held until the last row is written.",
        "Put the rows into a migration of their own, in batches.",
    ),
    rule(
        "down-fails", Severity.MEDIUM,
        "What shall undo a migration fails.",
        "A deploy that goes wrong cannot be taken back the way that was thought of.",
        "Mend it, or remove it, so that nobody relies on it.",
    ),
    rule(
        "drift", Severity.HIGH,
        "The models say something else than the migrations make.",
        "The code runs on a schema that it was not written for.",
        "Make the migration that is missing with the project's own tool.",
    ),
    rule(
        "fails", Severity.HIGH,
        "A migration fails.",
        "The deploy stops there, or goes on without it.",
        "Mend the statement.",
    ),
    rule(
        "fails-on-data", Severity.HIGH,
        "A migration fails as soon as the tables hold rows.",
        "It goes through on an empty database, and fails in production.",
        "Mend the rows first, in a migration of its own.",
    ),
    rule(
        "invalid-index", Severity.HIGH,
        "An index is left behind that is not valid.",
        "It is kept up to date with each write, and no query uses it.",
        "Remove it with `DROP INDEX CONCURRENTLY`, and make it anew.",
    ),
    rule(
        "irreversible", Severity.LOW,
        "Nothing undoes a migration.",
        "A deploy that goes wrong can only be mended forwards.",
        "Give it a way back, or say in the review that there is none.",
    ),
    rule(
        "lock-without-timeout", Severity.MEDIUM,
        "An ACCESS EXCLUSIVE lock is taken on a table that exists, and `lock_timeout` is not set.",
        "While the lock is waited for behind one long query, everybody who comes later waits too.",
        "Put `SET LOCAL lock_timeout = '2s'` before it, and try again when it runs out.",
        link=_MANUAL,
    ),
    rule(
        "merged-migration-changed", Severity.HIGH,
        "A migration is changed or removed that is already merged.",
        "Where it has been applied nothing happens, so that databases are no longer the same.",
        "Leave it as it is, and write another migration.",
    ),
    rule(
        "missing-dependency", Severity.HIGH,
        "A migration names another one that is not there.",
        "None can be applied as long as the graph has a hole.",
        "Add the one that is missing, or name the one that is meant.",
    ),
    rule(
        "not-measured", Severity.HIGH,
        "The change's migrations were not applied, so nobody knows what they lock.",
        "What is not measured is not harmless.",
        "See in the message what is missing.",
    ),
    rule(
        "not-rerunnable", Severity.MEDIUM,
        "A migration without a transaction fails when it is run again after it stopped half-way.",
        "Somebody has to put the database right by hand before the next deploy.",
        "Write `IF NOT EXISTS` and `IF EXISTS`, or put one statement into each migration.",
    ),
    rule(
        "number-taken", Severity.HIGH,
        "Two migrations have the same number.",
        "Which of them is applied first, or at all, is chance.",
        "Give one of them the next free number.",
    ),
    rule(
        "out-of-order", Severity.MEDIUM,
        "A new migration's number is lower than one that is merged already.",
        "Where the higher one has been applied, most tools skip it or refuse to go on.",
        "Give it a number above all others.",
    ),
    rule(
        "parent-locked", Severity.MEDIUM,
        "A table is locked because another one refers to it by a foreign key.",
        "The statement does not name that table, and who writes to it waits all the same.",
        "Add the foreign key `NOT VALID` and validate it later; set `lock_timeout` first.",
        link=_MANUAL,
    ),
    rule(
        "rewrite-under-lock", Severity.HIGH,
        "A table that exists is written anew while nobody else may use it.", _WAITS,
        "Add a new column, fill it in batches, and switch over in a later release.",
        link=_MANUAL,
    ),
    rule(
        "rows-under-lock", Severity.HIGH,
        "Rows are written while a lock is held that makes others wait.", _WAITS,
        "Put the rows into a migration of their own, in batches.",
        link=_MANUAL,
    ),
    rule(
        "scan-under-lock", Severity.HIGH,
        "A table that exists is read whole while a lock is held that makes others wait.", _WAITS,
        "Use the form of the statement that reads it without that lock.",
        link=_MANUAL,
    ),
    rule(
        "several-leaves", Severity.HIGH,
        "The history of migrations has two ends.",
        "The tool refuses to apply them, or applies them in an order that nobody has tried.",
        "Let the newer one follow the other, or merge them with the project's own tool.",
    ),
    rule(
        "several-tables-locked", Severity.MEDIUM,
        "One transaction holds locks on several tables that make others wait.",
        "Two transactions that take them in another order wait for each other, until one is thrown out.",
        "Put each table into a migration of its own.",
        link=_MANUAL,
    ),
    rule(
        "takes-too-long", Severity.HIGH,
        "A migration does not come to an end.",
        "On an empty database it has nothing to wait for.",
        "Look for a loop, a sleep, or a lock that it waits for itself.",
    ),
    rule(
        "writers-broken", Severity.HIGH,
        "What the base's code writes is refused after the migration.", _OLD,
        "Let both releases write: give a default, or add the rule once the new code runs.",
    ),
)  # fmt: skip
BY_ID = {rule.id: rule for rule in RULES}
