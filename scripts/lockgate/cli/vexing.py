"""`lockgate vex`: what the last run says of vulnerabilities, for those who use what was judged."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from lockgate.bom.read import MAX_BYTES, BomError, decode
from lockgate.bom.vex import VexError, write_cyclonedx, write_openvex
from lockgate.cli.reading import read_report
from lockgate.epoch import time_of
from lockgate.errors import ExitCode, InputError
from lockgate.git import find
from lockgate.github import inert_json
from lockgate.reports import verdict_json
from lockgate.source import read_bytes
from lockgate.untrusted import one_line
from lockgate.waiving.vex import statements

_BILL = "sbom.cdx.json"  # as the gate sbom names it


def vex(arguments: argparse.Namespace, environment: Mapping[str, str]) -> ExitCode:
    """Print the findings of the last run about vulnerabilities as a VEX."""
    verdict = verdict_json.restore(read_report(arguments.report))
    epoch = environment.get("SOURCE_DATE_EPOCH", "")
    said, when = statements(verdict), time_of(find(Path()), epoch, verdict.head)
    try:
        if arguments.format == "cyclonedx":
            bill = arguments.bill or arguments.report / _BILL
            data = write_cyclonedx(said, when, serial=_serial(bill))
        else:
            data = write_openvex(said, when, author=arguments.author)
    except VexError as error:
        raise InputError(
            f"no VEX can be made of that run: {one_line(str(error))[:300]}",
            cause="a component has no package URL, or the bill has no serial number",
            todo="run lockgate again with the gates sca and sbom",
        ) from error
    sys.stdout.write(inert_json(data).decode())
    return ExitCode.PASS


def _serial(bill: Path) -> str:
    try:
        return str(decode(read_bytes(bill, MAX_BYTES)).get("serialNumber", ""))
    except (BomError, OSError) as error:
        why = (isinstance(error, OSError) and error.strerror) or one_line(str(error))[:200]
        raise InputError(
            f"{bill} cannot be read: {why}",
            cause="a CycloneDX VEX links to its bill, which the gate sbom writes",
            todo="run that gate too, name the bill with `--bill`, or ask for `--format openvex`",
        ) from error
