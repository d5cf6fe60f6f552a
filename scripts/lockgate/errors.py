"""Errors that a user can act on: what happened, the likely cause, what to do.

The exit codes are a contract (README, "Exit codes").
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Say how a run ended."""

    PASS = 0
    FINDINGS = 1
    BAD_INPUT = 2
    BAD_CONFIGURATION = 3
    INCOMPLETE = 4
    PLATFORM = 5
    BUG = 70


class LockgateError(Exception):
    """Tell the user what happened, why it probably did, and what to do."""

    exit_code = ExitCode.BUG

    def __init__(self, what: str, *, cause: str, todo: str) -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.what}\n  likely cause: {self.cause}\n  what to do: {self.todo}"


class InputError(LockgateError):
    """Reject an argument, an action input or a path."""

    exit_code = ExitCode.BAD_INPUT


class ConfigurationError(LockgateError):
    """Reject a configuration file."""

    exit_code = ExitCode.BAD_CONFIGURATION


class ToolError(LockgateError):
    """Report a tool that is missing, died, timed out or printed rubbish: its gate is incomplete."""

    exit_code = ExitCode.INCOMPLETE


class PlatformError(LockgateError):
    """Report git, the file system, the network or GitHub not doing what they should."""

    exit_code = ExitCode.PLATFORM
