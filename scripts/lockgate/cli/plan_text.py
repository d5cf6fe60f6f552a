"""A plan in words."""

from lockgate.plan import Plan
from lockgate.untrusted import one_line


def render(plan: Plan) -> str:
    """Say what would be judged against what, by which gates, and why the others do not run."""
    configuration = plan.settled.loaded.path or "none: the defaults"
    base = plan.base.commit[:12] if plan.base.commit else "none"
    lines = [
        f"base           {base} ({plan.base.why})",
        f"configuration  {configuration}",
        f"files          {len(plan.tree.head):,} to read, {plan.tree.excluded:,} excluded",
        *(f"{gate.gate.NAME:<15}{'runs' if gate.runs else 'skipped'}: {gate.reason}" for gate in plan.gates),
    ]
    return "".join(f"{one_line(line) if not line.startswith(' ') else line}\n" for line in lines)
