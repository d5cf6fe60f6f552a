"""What is known of vulnerabilities that do not matter here: OpenVEX and CycloneDX VEX, both ways.

https://github.com/openvex/spec · https://cyclonedx.org/capabilities/vex/. A VEX is a document of its own: it
names the bill by a BOM-Link, as the bill stays true while this changes.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from lockgate import __version__
from lockgate.bom import purl
from lockgate.bom.cyclonedx import NO_SERIAL, SPACE, encoded, sealed
from lockgate.bom.read import BomError, decode
from lockgate.bom.validate import children, dicts, mapping, strings, text

NOT_AFFECTED, AFFECTED, FIXED, UNKNOWN = "not_affected", "affected", "fixed", "under_investigation"
_STATES = {NOT_AFFECTED: "not_affected", AFFECTED: "exploitable", FIXED: "resolved", UNKNOWN: "in_triage"}
_STATUSES = {
    **{state: status for status, state in _STATES.items()},
    "false_positive": NOT_AFFECTED,
    "resolved_with_pedigree": FIXED,
}
_TO_CYCLONEDX = {
    "component_not_present": "requires_dependency",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
_TO_OPENVEX = {
    **{other: one for one, other in _TO_CYCLONEDX.items()},
    "requires_configuration": "vulnerable_code_cannot_be_controlled_by_adversary",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
}
_SOURCES = {"CVE": "NVD", "GHSA": "GitHub Advisories", "PYSEC": "PyPA", "MAL": "OpenSSF"}
_SERIAL = re.compile(r"urn:uuid:([0-9a-f-]{36})")


class VexError(Exception):
    """Say what is wrong with a VEX document, and where in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Say of one vulnerability how it is with packages.

    `purls` may lack a version, and then mean every one. `status` and `justification` are OpenVEX's words;
    `detail` says why, in anybody's.
    """

    id: str
    purls: tuple[str, ...]
    status: str
    aliases: tuple[str, ...] = ()
    justification: str = ""
    detail: str = ""
    action: str = ""


def write_openvex(statements: Sequence[Statement], when: datetime, *, author: str) -> bytes:
    """Write an OpenVEX 0.2 document, whose name comes of all that it says; raise VexError."""
    nobody = f"https://openvex.dev/docs/public/vex-{uuid.UUID(int=0)}"
    content = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": nobody,
        "author": author,
        "timestamp": _time(when),
        "version": 1,
        "tooling": f"lockgate {__version__}",
        "statements": [_openvex(each) for each in _judged(statements)],
    }
    data = encoded(content)
    return data.replace(str(uuid.UUID(int=0)).encode(), str(uuid.uuid5(SPACE, data.decode())).encode(), 1)


def write_cyclonedx(
    statements: Sequence[Statement], when: datetime, *, serial: str, version: int = 1
) -> bytes:
    """Write a CycloneDX VEX for the bill of that serial number; raise VexError."""
    found = _SERIAL.fullmatch(serial)
    if not found:
        raise VexError("the bill has no serial number to link to")
    bill = f"urn:cdx:{found[1]}/{version}"
    tool = {"type": "application", "name": "lockgate", "version": __version__}
    return sealed(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": NO_SERIAL,
            "version": 1,
            "metadata": {"timestamp": _time(when), "tools": {"components": [tool]}},
            "vulnerabilities": [_cyclonedx(each, bill) for each in _judged(statements)],
        }
    )


def read(data: bytes) -> tuple[Statement, ...]:
    """Read either kind; raise VexError naming the place of what cannot be relied on."""
    try:
        document = decode(data)
    except BomError as error:
        raise VexError(str(error)) from error
    if document.get("bomFormat") == "CycloneDX":
        return tuple(_judged([*_from_cyclonedx(document)], "vulnerabilities"))
    if text(document.get("@context")).startswith("https://openvex.dev/ns"):
        return tuple(_judged([*_from_openvex(document)], "statements"))
    raise VexError("it is neither OpenVEX nor CycloneDX")


def _judged(statements: Sequence[Statement], what: str = "statements") -> Iterator[Statement]:
    """Give the statements if each can be relied on: who says `not_affected` must say why."""
    for number, statement in enumerate(statements):
        place = f"{what}/{number} ({statement.id or 'without an id'})"
        if not statement.id:
            raise VexError(f"{place}: it names no vulnerability")
        if statement.status not in _STATES:
            raise VexError(f"{place}: `{statement.status}` is no status")
        if not statement.purls or not all(map(purl.read, statement.purls)):
            raise VexError(f"{place}: it names no package by a package URL")
        if statement.justification and statement.justification not in _TO_CYCLONEDX:
            raise VexError(f"{place}: `{statement.justification}` is no justification")
        if statement.status == NOT_AFFECTED and not (statement.justification or statement.detail.strip()):
            raise VexError(f"{place}: `not_affected` without a justification")
        yield statement


def _time(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _openvex(statement: Statement) -> dict[str, Any]:
    name: dict[str, Any] = {"name": statement.id}
    if statement.aliases:
        name["aliases"] = list(statement.aliases)
    more = {"justification": statement.justification}
    if statement.status == AFFECTED:  # the standard wants it there, and only there
        more["action_statement"] = statement.action or statement.detail or "No action is known yet."
    key = "impact_statement" if statement.status == NOT_AFFECTED else "status_notes"
    more[key] = statement.detail
    return {
        "vulnerability": name,
        "products": [{"@id": each, "identifiers": {"purl": each}} for each in statement.purls],
        "status": statement.status,
        **{name: value for name, value in more.items() if value},
    }


def _cyclonedx(statement: Statement, bill: str) -> dict[str, Any]:
    analysis = {
        "state": _STATES[statement.status],
        "justification": _TO_CYCLONEDX.get(statement.justification, ""),
        "detail": statement.detail,
    }
    made: dict[str, Any] = {"id": statement.id, "source": {"name": _source(statement.id)}}
    if statement.aliases:
        made["references"] = [{"id": each, "source": {"name": _source(each)}} for each in statement.aliases]
    if statement.action:
        made["recommendation"] = statement.action
    made["analysis"] = {name: value for name, value in analysis.items() if value}
    made["affects"] = [{"ref": f"{bill}#{quote(each, safe='')}"} for each in statement.purls]
    return made


def _source(name: str) -> str:
    return _SOURCES.get(name.partition("-")[0], "OSV")


def _from_openvex(document: dict[str, Any]) -> Iterator[Statement]:
    for entry in dicts(document.get("statements")):
        name = entry.get("vulnerability")
        named = mapping(name)
        products = entry.get("products")
        yield Statement(
            id=text(name) or text(named.get("name")) or text(named.get("@id")),
            aliases=tuple(strings(named.get("aliases"))),
            purls=tuple(_products(products if isinstance(products, list) else [])),
            status=text(entry.get("status")),
            justification=text(entry.get("justification")),
            detail=text(entry.get("impact_statement")) or text(entry.get("status_notes")),
            action=text(entry.get("action_statement")),
        )


def _products(products: Sequence[object]) -> Iterator[str]:
    """Give the packages: a product's parts where it names them, as then it is those that are meant."""
    for product in products:
        parts = mapping(product).get("subcomponents")
        for each in parts if isinstance(parts, list) and parts else [product]:
            named = mapping(each)
            yield text(each) or text(mapping(named.get("identifiers")).get("purl")) or text(named.get("@id"))


def _from_cyclonedx(document: dict[str, Any]) -> Iterator[Statement]:
    purls = {text(each.get("bom-ref")): text(each.get("purl")) for each in children(document)}
    for number, entry in enumerate(dicts(document.get("vulnerabilities"))):
        analysis = mapping(entry.get("analysis"))
        state, why = text(analysis.get("state")), text(analysis.get("justification"))
        yield Statement(
            id=text(entry.get("id")),
            aliases=tuple(text(each.get("id")) for each in dicts(entry.get("references"))),
            purls=tuple(_affected(dicts(entry.get("affects")), purls, number)),
            status=_STATUSES.get(state, state or UNKNOWN),
            justification=_TO_OPENVEX.get(why, why),
            detail=text(analysis.get("detail")),
            action=text(entry.get("recommendation")),
        )


def _affected(affects: Sequence[dict[str, Any]], purls: dict[str, str], number: int) -> Iterator[str]:
    for each in affects:
        ref = text(each.get("ref"))
        ref = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
        if each.get("versions"):  # taken for all versions, it would excuse what nobody looked at
            raise VexError(
                f"vulnerabilities/{number}: ranges of versions are not read; name each by its purl"
            )
        yield purls.get(ref) or ref
