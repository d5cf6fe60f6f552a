"""Build verdicts for tests: by hand, and at random for hypothesis."""

from hypothesis import strategies as st

from lockgate.errors import ExitCode
from lockgate.finding import Edit, Finding, Notification, Related, Rule, Severity, State
from lockgate.verdict import Answer, FunnelStep, GateResult, Outcome, Strip, Table, Timing, Tool, Verdict

HOSTILE = (
    "plain words",
    "::error::pwned",
    "a\n::set-output name=x::y\r\n##[error]z",
    "x ##[add-mask]y ####[error]z #\u200b#[error]",
    "\ufeff::warning::bom",
    "</code><script>alert(1)</script> | ` * _ ~~ ![i](http://e.example/x.png) [l](http://e.example)",
    "@octocat octo/repo#1 GH-7 https://evil.example www.evil.example",
    "\u202egnp.exe\u2066 \x1b[31mred\x1b[0m \x00 \u2028 \u2029 \x85 \v\f",
    "caf\udce9 \ud800 \U0001f468\u200d\U0001f469",
    "%0A%25%3A 100% ,=;:]",
)
hostile = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=30), st.lists(
    st.sampled_from(["::", "##[", "]", "error", "stop-commands", " ", "\n", "\r", "%0A", "=", "\u200b", "x"]),
    max_size=8,
).map("".join))  # fmt: skip


def finding(**changes):
    values = {
        "gate": "sast", "tool": "bandit", "rule": "B602", "severity": Severity.HIGH,
        "message": "subprocess call with shell=True", "path": "src/app.py", "line": 3, "fingerprint": "f1",
    }  # fmt: skip
    return Finding(**(values | changes))


def rule(**changes):
    values = {
        "id": "B602", "tool": "bandit", "name": "subprocess_popen_with_shell_equals_true",
        "severity": Severity.HIGH, "what": "A shell runs the command.",
        "why": "Input can become a command.", "mend": "Pass a list and no shell.",
        "help": "https://bandit.readthedocs.io/x.html#b602", "cwe": (78,),
    }  # fmt: skip
    return Rule(**(values | changes))


def gate(**changes):
    values = {
        "name": "sast", "outcome": Outcome.FAILED, "reason": "1 finding at high or above",
        "tools": (Tool("bandit", "1.9.4"),), "counts": {"files": 3, "findings": 1},
    }  # fmt: skip
    return GateResult(**(values | changes))


def verdict(*findings, **changes):
    values = {
        "answer": Answer.FAIL, "exit_code": ExitCode.FINDINGS, "base": "a" * 40, "head": "b" * 40,
        "dirty": False, "scope": "the change", "fail_on": Severity.HIGH, "gates": (gate(),),
        "funnel": (FunnelStep("found", 4), FunnelStep("new", 1)), "findings": findings, "rules": (rule(),),
        "timing": Timing(seconds=1.0, gates={"sast": 1.0}), "reason": "1 finding blocks",
    }  # fmt: skip
    return Verdict(**(values | changes))


@st.composite
def findings(draw, text=hostile):
    line = draw(st.integers(0, 99))
    column = draw(st.integers(0, 99)) if line else 0
    end_line = draw(st.sampled_from([0, line, line + 2])) if line else 0
    end_column = draw(st.sampled_from([0, column + 4])) if column else 0
    return Finding(
        gate=draw(st.sampled_from(["sast", "secrets"])),
        tool=draw(st.sampled_from(["bandit", "oxlint"])),
        rule=draw(st.sampled_from(["B602", "no-eval", "a/b"])),
        severity=draw(st.sampled_from(Severity)),
        message=draw(text),
        path=draw(text),
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        cwe=tuple(draw(st.lists(st.integers(1, 1500), max_size=3))),
        help=draw(st.sampled_from(["", "https://docs.example/a?b=c#d", "javascript:alert(1)"])),
        fingerprint=draw(st.sampled_from(["", "0123abcd", "f2"])),
        sources=draw(st.sampled_from([(), ("bandit/B602", "other|tool/a`b")])),
        commit=draw(st.sampled_from(["", "c" * 40])),
        security_severity=draw(st.sampled_from([None, 0.0, 3.1, 9.8, 10.0])),
        state=draw(st.sampled_from(State)),
        in_change=draw(st.booleans()),
        waived=draw(st.booleans()),
        waiver=draw(text),
        blocking=draw(st.booleans()),
        fix=draw(
            st.sampled_from(
                [
                    (),
                    (Edit(3, 1, 3, 10, "yaml.load", "yaml.safe_load"),),
                    (Edit(3, 1, 3, 4, "1.0", "1.1", "b.txt"),),
                ]
            )
        ),
        mend=draw(st.one_of(st.just(""), text)),
        aliases=tuple(draw(st.lists(text, max_size=2))),
        package=draw(st.one_of(st.just(""), text)),
        fixed_in=draw(st.one_of(st.just(""), text)),
        anyway=draw(st.one_of(st.just(""), text)),
        related=tuple(draw(st.lists(st.builds(Related, text, st.integers(0, 99), text), max_size=2))),
    )


@st.composite
def verdicts(draw, text=hostile):
    notes = st.lists(
        st.builds(
            Notification,
            level=st.sampled_from(["error", "warning", "note"]),
            message=text,
            path=text,
            data=st.dictionaries(text, text, max_size=2),
        ),
        max_size=2,
    )
    rows = st.lists(st.lists(text, max_size=4).map(tuple), max_size=3).map(tuple)
    runs = st.lists(st.one_of(st.floats(), st.floats(0, 5_000)), max_size=6).map(tuple)
    strips = st.lists(st.builds(Strip, title=text, unit=text, base=runs, head=runs), max_size=2).map(tuple)
    tables = st.builds(Table, title=text, columns=st.tuples(text, text, text), rows=rows, strips=strips)
    return verdict(
        *draw(st.lists(findings(text), max_size=8)),
        answer=draw(st.sampled_from(Answer)),
        base=draw(st.sampled_from([None, "a" * 40])),
        gates=tuple(
            gate(
                name=name,
                outcome=draw(st.sampled_from(Outcome)),
                reason=draw(text),
                tools=draw(st.sampled_from([(), (Tool("bandit", "1.9.4"),), (Tool("oxlint", ""),)])),
                notifications=tuple(draw(notes)),
                tables=tuple(draw(st.lists(tables, max_size=2))),
            )
            for name in ("sast", "secrets")
        ),
        rules=tuple(
            rule(id=name, tool=tool, what=draw(text), why=draw(text), mend=draw(text), help=draw(text),
                 cwe=draw(st.sampled_from([(), (79, 1021)])), tags=tuple(draw(st.lists(text, max_size=15))),
                 security_severity=draw(st.sampled_from([None, 5.0])))
            for name in draw(st.sets(st.sampled_from(["B602", "no-eval"])))
            for tool in ("bandit", "oxlint")
        ),
        reason=draw(text),
    )  # fmt: skip
