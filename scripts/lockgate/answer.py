"""From what the gates gave to the verdict: a pure function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from lockgate.diff import Lines
from lockgate.errors import ExitCode
from lockgate.finding import NOT_SCANNED, Finding, Notification, Rule, Severity, State
from lockgate.fingerprint import file_part
from lockgate.gates import GATES, Output
from lockgate.plan import Plan, Planned
from lockgate.policy import Context, Judged, findings_about_waivers, judge, policy_rules, vex, waivers
from lockgate.source import display
from lockgate.verdict import Answer, GateResult, Outcome, Timing, Verdict


@dataclass(frozen=True, slots=True)
class GateRun:
    """Hold how one gate's run went: its output, or the failure that left it without one."""

    planned: Planned
    output: Output | None
    failure: Notification | None
    seconds: float

    @property
    def name(self) -> str:
        """Name the gate."""
        return self.planned.gate.NAME

    @property
    def told(self) -> tuple[Notification, ...]:
        """Tell what the tools said of their own run."""
        notes = self.output.notifications if self.output else ()
        return (self.failure, *notes) if self.failure else notes

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """Tell what went wrong; a notification of level `error` makes the gate incomplete."""
        notes = self.told
        looked = sum(self.output.counts.values()) if self.output else 0
        if self.planned.runs and not looked and not any(note.level == "error" for note in notes):
            empty = f"the plan promised {_count(self.planned.files, 'file')}, and no tool looked at any"
            return (Notification(level="error", message=empty), *notes)
        return notes

    @property
    def problem(self) -> str:
        """Say in one line why the gate is incomplete; empty when it is not."""
        errors = [note.message for note in self.notifications if note.level == "error"]
        if not errors:
            return ""
        return next(filter(None, map(str.strip, errors[0].splitlines())), "a tool failed and did not say why")

    @property
    def fixed(self) -> tuple[Finding, ...]:
        """Give what the base had and the head lacks, apart from what nobody could see in the head."""
        if self.output is None or self.problem:
            return ()
        unseen = {file_part(each.fingerprint) for each in self.output.findings if each.rule == NOT_SCANNED}
        gone = (each for each in self.output.gone if file_part(each.fingerprint) not in unseen)
        return tuple(replace(each, state=State.ABSENT) for each in gone)


def answer(
    plan: Plan, runs: Sequence[GateRun], fail_on: Severity | None, today: date, seconds: float
) -> Verdict:
    """Judge what the gates found and say how the run ended."""
    found = tuple(chain.from_iterable(run.output.findings for run in runs if run.output))
    context = _context(plan, runs, found, fail_on, today)
    judged = judge(found, context)
    about = findings_about_waivers(context.waivers, judged.held, complete=_is_complete(plan, runs))
    lines = {display(path): spans for path, spans in plan.tree.lines.items()}
    findings = (*(_placed(each, lines) for each in judged.findings), *plan.settled.findings, *about)
    gates = tuple(_result(run, judged, context) for run in runs)
    return Verdict(
        answer=_answer(gates),
        exit_code=_EXIT_CODES[_answer(gates)],
        base=plan.base.commit,
        head=plan.head,
        dirty=plan.dirty,
        scope=_scope(plan),
        fail_on=context.fail_on,
        gates=gates,
        funnel=judged.funnel,
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        rules=_rules(runs, findings),
        fixed=tuple(sorted((each for run in runs for each in run.fixed), key=lambda each: each.sort_key)),
        timing=Timing(seconds=round(seconds, 3), gates={run.name: round(run.seconds, 3) for run in runs}),
        reason=_reason(gates, judged, context),
    )


_EXIT_CODES = {
    Answer.PASS: ExitCode.PASS,
    Answer.FAIL: ExitCode.FINDINGS,
    Answer.ERROR: ExitCode.INCOMPLETE,
}


def _sees_all(plan: Plan) -> bool:
    return plan.base.commit is None and not plan.prefix


def _is_complete(plan: Plan, runs: Sequence[GateRun]) -> bool:
    """Say whether the run can tell that a waiver holds nothing: no gate was left out, off or incomplete."""
    whole = {run.name for run in runs if run.planned.configuration.enabled and not run.problem}
    return _sees_all(plan) and whole >= {gate.NAME for gate in GATES}


def _context(
    plan: Plan, runs: Sequence[GateRun], found: Sequence[Finding], fail_on: Severity | None, today: date
) -> Context:
    configuration = plan.settled.loaded.configuration
    own = {run.name: run.planned.configuration.fail_on for run in runs}
    changed = plan.tree.changed
    concerned = chain.from_iterable(run.output.concerns for run in runs if run.output)
    return Context(
        waivers=waivers(plan.settled.loaded, today, found if _sees_all(plan) else ()),
        fail_on=fail_on if fail_on is not None else Severity.parse(configuration.fail_on),
        thresholds={name: Severity.parse(word) for name, word in own.items() if word and fail_on is None},
        changed=None if changed is None else frozenset((*map(display, changed), *concerned)),
        known=frozenset(chain.from_iterable(run.output.known for run in runs if run.output)),
        asked=fail_on is not None,
        vex=vex(plan.settled.vex),
    )


def _placed(finding: Finding, lines: Mapping[str, Lines]) -> Finding:
    """Mark whether the change touches the finding's lines, where it touches not all of its file."""
    if finding.in_change and not finding.commit:
        last = max(finding.line, finding.end_line)
        spans = lines.get(finding.path) if finding.line > 0 else None
        if spans is None or any(start <= last and finding.line <= end for start, end in spans):
            return finding
    return replace(finding, in_diff=False)


def _answer(gates: Sequence[GateResult]) -> Answer:
    outcomes = {gate.outcome for gate in gates}
    if Outcome.INCOMPLETE in outcomes:
        return Answer.ERROR
    return Answer.FAIL if Outcome.FAILED in outcomes else Answer.PASS


def _result(run: GateRun, judged: Judged, context: Context) -> GateResult:
    own = [finding for finding in judged.findings if finding.gate == run.name]
    threshold = context.threshold(run.name)
    if not run.planned.runs:
        outcome, reason = Outcome.SKIPPED, run.planned.reason
    elif run.problem:
        outcome, reason = Outcome.INCOMPLETE, run.problem
    elif any(finding.blocking for finding in own):
        outcome, reason = Outcome.FAILED, _blocked(own, threshold)
    else:
        outcome = Outcome.PASSED
        reason = f"nothing at or above {threshold}{_excused(own, context)} in {run.planned.reason}"
    return GateResult(
        name=run.name,
        outcome=outcome,
        reason=reason,
        fail_on=threshold,
        fail_on_from=context.said(run.name),
        tables=run.output.tables if run.output else (),
        tools=tuple(sorted(run.output.tools)) if run.output else (),
        counts=_counts(run, own) if run.output else {},
        notifications=run.notifications,
    )


def _blocked(own: Sequence[Finding], threshold: Severity) -> str:
    blocking = [finding for finding in own if finding.blocking]
    unseen = len([finding for finding in blocking if finding.rule == NOT_SCANNED])
    over = f"{_count(len(blocking) - unseen, 'finding')} at or above {threshold}"
    return " and ".join([*([over] if unseen < len(blocking) else []),
                         *([f"{_count(unseen, 'file')} not scanned"] if unseen else [])])  # fmt: skip


def _excused(findings: Sequence[Finding], context: Context) -> str:
    """Say how many new findings only a waiver keeps from blocking."""
    number = sum(
        finding.waived and finding.in_change and finding.state is State.NEW
        and (finding.severity >= context.threshold(finding.gate) or finding.rule == NOT_SCANNED)
        for finding in findings
    )  # fmt: skip
    return f" but {number:,} waived" if number else ""


def _counts(run: GateRun, own: Sequence[Finding]) -> dict[str, int]:
    return {
        "files": run.planned.files,
        "findings": len(own),
        "new": len([finding for finding in own if finding.state is State.NEW]),
        "fixed": len(run.fixed),
        "waived": len([finding for finding in own if finding.waived]),
        "blocking": len([finding for finding in own if finding.blocking]),
        "not_scanned": len([finding for finding in own if finding.rule == NOT_SCANNED]),
    }


def _scope(plan: Plan) -> str:
    where = f" below {plan.prefix}" if plan.prefix else ""
    if plan.base.commit is None:
        return f"everything{where} ({plan.base.why})"
    return f"what changed{where} since {plan.base.commit[:12]} ({plan.base.why})"


def _reason(gates: Sequence[GateResult], judged: Judged, context: Context) -> str:
    incomplete = [gate for gate in gates if gate.outcome is Outcome.INCOMPLETE]
    if incomplete:
        return "; ".join(f"{gate.name} is incomplete: {gate.reason}" for gate in incomplete)
    failed = [f"{gate.counts['blocking']} in {gate.name}" for gate in gates if gate.outcome is Outcome.FAILED]
    if failed:
        return f"{_count(judged.funnel[-1].count, 'finding')} to mend: {', '.join(failed)}"
    if all(gate.outcome is Outcome.SKIPPED for gate in gates):
        return "no gate had anything to do"
    new = "no new finding" if context.changed is not None else "no finding"
    thresholds = {context.threshold(gate.name) for gate in gates if gate.outcome is not Outcome.SKIPPED}
    threshold = str(*thresholds) if len(thresholds) == 1 else "the threshold of its gate"
    return f"{new} at or above {threshold}{_excused(judged.findings, context)}"


def _rules(runs: Sequence[GateRun], findings: Sequence[Finding]) -> tuple[Rule, ...]:
    described: Mapping[tuple[str, str], Rule] = {
        (rule.tool, rule.id): rule
        for rule in chain(policy_rules(), *(run.output.rules for run in runs if run.output))
    }
    used = {(finding.tool, finding.rule) for finding in findings}
    return tuple(described[key] for key in sorted(used) if key in described)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
