"""The arguments of the command line."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from lockgate import __version__
from lockgate.gates import NAMES
from lockgate.verify.releases import REPOSITORY

_EXIT_CODES = """exit codes:
  0   pass
  1   findings at or above the threshold
  2   bad arguments or inputs
  3   bad configuration
  4   a gate is incomplete: a tool is missing, died or printed rubbish
  5   git, the file system or the network failed
  70  a bug in lockgate"""


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the arguments; a mistake ends the program with exit code 2 and says what is known."""
    return parser().parse_args(argv)


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="lockgate", description="Run the quality gates of a change and give one verdict.",
        epilog=_EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    made.add_argument("--version", action="version", version=f"lockgate {__version__}")
    groups = made.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, (add, words) in _COMMANDS.items():
        add(groups.add_parser(name, help=words, description=words, allow_abbrev=False))
    return made


def _run(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    parser.add_argument(
        "--output", type=Path, default=Path("lockgate-report"), metavar="DIR",
        help="where verdict.json, lockgate.sarif and report.html go (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--history", type=Path, metavar="DIR",
        help="folder of earlier runs' reports, named so that they sort by time: draws how it went",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("text", "json", "sarif", "github"), default="text",
        help="what is printed on standard output (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--fail-on", metavar="SEVERITY", default="",
        help="critical, high, medium, low or note: such findings and worse ones block (default: high)",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", metavar="N", default="", help="worker processes a gate (default: one a core)"
    )
    parser.set_defaults(command="judging.run")


def _plan(parser: argparse.ArgumentParser) -> None:
    _what(parser)
    parser.set_defaults(command="planning.plan")


def _what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", type=Path, default=Path(), help="a checkout, or a folder in one")
    names = ", ".join(NAMES)
    parser.add_argument("--gates", default="", metavar="A,B", help=f"only these gates ({names})")
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument(
        "--base", default="", metavar="REV",
        help="only what is new since REV blocks (default: the CI event's base, or where this branch began)",
    )  # fmt: skip
    scope.add_argument("--all", action="store_true", help="everything blocks, new or not")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the configuration (default: .lockgate.yml)"
    )


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fingerprint", help="a finding's fingerprint, or how it begins")
    parser.add_argument(
        "--report", type=Path, default=Path("lockgate-report"), metavar="DIR",
        help="the folder that `run` wrote (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(command="explaining.explain")


def _waive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "fingerprint", nargs="?", default="", help="a finding's fingerprint, or how it begins"
    )
    parser.add_argument("--rule", default="", help="every finding of a rule instead, where `--path` says")
    parser.add_argument("--id", default="", help="a vulnerability instead, by its id or one of its aliases")
    parser.add_argument(
        "--package", default="", metavar="PURL",
        help="only in this component: `pkg:pypi/django`, `pkg:npm/lodash@<4.17.21`",
    )  # fmt: skip
    parser.add_argument("--until-fixed", action="store_true", help="only as long as no version mends it")
    parser.add_argument(
        "--path", default="", metavar="GLOB", help="only in paths like this, as in .gitignore"
    )
    parser.add_argument("--owner", required=True, help="who answers for it")
    parser.add_argument("--reason", required=True, help="why it is acceptable for now")
    parser.add_argument(
        "--expires", required=True, metavar="YYYY-MM-DD", help="the last day on which it holds"
    )
    parser.add_argument("--diff", action="store_true", help="show what would be written, and write nothing")
    parser.add_argument(
        "--checkout", type=Path, default=Path(), metavar="DIR",
        help="a checkout, or a folder in one (default: this one)",
    )  # fmt: skip
    _last_run(parser)
    parser.set_defaults(command="waiving.waive")


def _waivers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", type=Path, default=Path(), help="a checkout, or a folder in one")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    _last_run(parser)
    parser.set_defaults(command="waiving.waivers")


def _vex(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("openvex", "cyclonedx"), default="openvex")
    parser.add_argument("--author", default="lockgate", help="who says it (OpenVEX)")
    parser.add_argument(
        "--bill", type=Path, metavar="FILE",
        help="the bill that it belongs to (CycloneDX; default: the last run's)",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, default=Path("lockgate-report"), metavar="DIR",
        help="the folder that `run` wrote (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(command="vexing.vex")


def _last_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the configuration (default: .lockgate.yml)"
    )
    parser.add_argument(
        "--report", type=Path, default=Path("lockgate-report"), metavar="DIR",
        help="the folder that `run` wrote (default: %(default)s)",
    )  # fmt: skip


def _fix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="*", metavar="PATH|FINGERPRINT",
        help="a folder, fingerprints of findings, or how they begin (default: every new finding with a fix)",
    )  # fmt: skip
    parser.add_argument("--diff", action="store_true", help="show what would change, and change nothing")
    parser.add_argument(
        "--report", type=Path, default=Path("lockgate-report"), metavar="DIR",
        help="the folder that `run` wrote (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(command="fixing.fix")


def _hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gates", default="sast,secrets", metavar="A,B", help="only these gates (default: %(default)s)"
    )
    parser.add_argument(
        "--install", action="store_true", help="make it this checkout's pre-commit hook, if there is none yet"
    )
    parser.set_defaults(command="hooking.hook")


def _schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("of", nargs="?", choices=("configuration", "verdict"), default="configuration")
    parser.set_defaults(command="schemas.schema")


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="*", metavar="WHAT",
        help="a workflow, or OWNER/REPO/PATH@SHA (default: every workflow and action of this repository)",
    )  # fmt: skip
    parser.add_argument(
        "--toolkit", type=Path, default=Path(__file__).parents[3], metavar="DIR",
        help="a clone of the toolkit, with its tags (default: the one that runs)",
    )  # fmt: skip
    parser.add_argument(
        "--releases", default="", metavar="URL",
        help="ask this repository for the tags of the releases (default: the clone, without network)",
    )  # fmt: skip
    parser.add_argument(
        "--repository", default=REPOSITORY, metavar="OWNER/REPO",
        help="the name that the toolkit is used by (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(command="verifying.verify")


def _action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "gate", nargs="?", default="", help="the action's own gate (default: the input `gates`)"
    )
    parser.set_defaults(command="judging.action")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", type=Path, default=Path(), help="a checkout, or a folder in one")
    parser.add_argument("--yes", action="store_true", help="ask nothing: write every file that is not there")
    parser.add_argument(
        "--past", metavar="N", default="10",
        help="judge the last N commits of the default branch first, 0 for none (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--pin", metavar="SHA", default="", help="the commit that is pinned (default: the one that runs)"
    )
    parser.add_argument(
        "--toolkit", type=Path, default=Path(__file__).parents[3], metavar="DIR",
        help="a clone of the toolkit, with its tags (default: the one that runs)",
    )  # fmt: skip
    parser.add_argument(
        "--repository", default=REPOSITORY, metavar="OWNER/REPO",
        help="the name that the toolkit is used by (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(command="adopting.init")


def _sbom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="*", metavar="PATH | diff BASE HEAD [PATH]",
        help="a checkout, or a folder in one; or what differs between two commits or bills",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("cyclonedx", "spdx", "text", "markdown"), default="",
        help="CycloneDX 1.6 or SPDX 2.3 in JSON (default: cyclonedx); of a difference text or markdown",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the bill there, and print nothing")
    parser.add_argument("--project", default="", metavar="LOCK", help="only what this lock file locks")
    parser.add_argument("--score", action="store_true", help="say how it does by NTIA, CISA and BSI, and why")
    parser.set_defaults(command="billing.sbom")


def _advisories(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("update", "status"), help="make the index, or say what it holds")
    parser.add_argument(
        "--from", dest="sources", nargs="+", type=Path, default=[], metavar="PATH",
        help="exports in OSV's layout: all.zip files, or folders of them (default: fetch them from OSV)",
    )  # fmt: skip
    parser.add_argument("--epss", type=Path, metavar="FILE", help="FIRST's probabilities, .csv or .csv.gz")
    parser.add_argument("--kev", type=Path, metavar="FILE", help="CISA's catalogue of the exploited, .json")
    parser.set_defaults(command="advising.advisories")


def _rescan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bills", nargs="+", type=Path, metavar="BILL", help="CycloneDX or SPDX, in JSON")
    parser.add_argument(
        "--advisories", type=Path, metavar="PATH",
        help="an export in OSV's layout (default: the index that `lockgate advisories update` makes)",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text",
        help="what is printed (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--fail-on", choices=("critical", "high", "medium", "low", "note"), default="high",
        help="the lowest severity that gives exit code 1 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--max-age", type=int, default=14, metavar="DAYS",
        help="how old the newest advisory may be (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(command="rescanning.command")


def _version(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command="about.version")


_COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "run": (_run, "run the gates and give the verdict"),
    "plan": (_plan, "say what `run` would do, and why"),
    "explain": (_explain, "say why a finding blocks or does not"),
    "fix": (_fix, "mend the new findings of the last run that need no thought"),
    "hook": (_hook, "judge what is staged, as a pre-commit hook"),
    "waive": (_waive, "accept a finding until a day: write a waiver into the configuration"),
    "waivers": (
        _waivers,
        "list the waivers: how long they last, how often they were extended, what they hold",
    ),
    "vex": (_vex, "print what the last run says of vulnerabilities, as OpenVEX or CycloneDX VEX"),
    "schema": (_schema, "print the JSON Schema of the configuration, or of the verdict"),
    "verify": (_verify, "say whether the pinned toolkit is a release, and all that it runs"),
    "init": (_init, "adopt lockgate: write the files, never over others, and judge the past"),
    "sbom": (_sbom, "print the bill of materials of all locks; `diff`: what differs between two"),
    "rescan": (_rescan, "hold bills of what was released against the advisories of today"),
    "advisories": (_advisories, "make the index of advisories that works without network, or describe it"),
    "version": (_version, "print the version"),
    "action": (_action, "run as a GitHub action: inputs come from LOCKGATE_INPUTS"),
}
