"""The registry of the kinds of secrets that lockgate knows, in alphabetical order."""

from lockgate.gates.secrets.kinds import (
    ai,
    ci,
    cloud,
    code_hosts,
    communication,
    databases,
    hosting,
    infrastructure,
    keys,
    observability,
    packages,
    payments,
    productivity,
)
from lockgate.gates.secrets.kinds.kind import Kind

KINDS: tuple[Kind, ...] = tuple(
    sorted(
        (
            *ai.KINDS,
            *ci.KINDS,
            *cloud.KINDS,
            *code_hosts.KINDS,
            *communication.KINDS,
            *databases.KINDS,
            *hosting.KINDS,
            *infrastructure.KINDS,
            *keys.KINDS,
            *observability.KINDS,
            *packages.KINDS,
            *payments.KINDS,
            *productivity.KINDS,
        ),
        key=lambda kind: kind.id,
    )
)
