"""Order findings by how much they matter: what a report shows first and a limit cuts last."""

from lockgate.finding import Finding, State


def rank(finding: Finding) -> tuple[object, ...]:
    """Put blocking findings first and waived ones last; between them sort by severity.

    Of one severity new ones are before old ones, and those on lines of the change before others.
    """
    return (
        not finding.blocking,
        finding.waived,
        -finding.severity,
        finding.state is not State.NEW,
        not finding.in_diff,
        finding.sort_key,
    )
