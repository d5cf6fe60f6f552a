"""A plan in words."""

from lockgate.github import inert
from lockgate.plan import Plan
from lockgate.untrusted import one_line


def render(plan: Plan) -> str:
    """Say what would be judged against what, by which gates, and why the others do not run."""
    base = plan.base.commit[:12] if plan.base.commit else "none"
    rows = [
        ("base", f"{base} ({plan.base.why})"),
        ("configuration", plan.settled.loaded.path or "none: the defaults"),
        ("files", f"{len(plan.tree.head):,} to read, {plan.tree.excluded:,} excluded"),
        *(
            (gate.gate.NAME, f"{'runs' if gate.runs else 'skipped'}: {gate.reason}")
            for gate in plan.gates
        ),
    ]  # fmt: skip
    return "".join(row(name, text) for name, text in rows)


def row(name: str, text: str) -> str:
    """Write one line of a plan."""
    return f"{inert(f'{name:<15}{one_line(text)}')}\n"
