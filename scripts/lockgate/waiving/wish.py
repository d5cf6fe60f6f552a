"""A waiver that somebody wants: refused without a reason, for too long, or where it would hold nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import msgspec

from lockgate.config import Loaded, Place, Waiver, packages
from lockgate.errors import InputError
from lockgate.finding import Finding, Severity
from lockgate.policy.waivers import GATE, waivers
from lockgate.untrusted import one_line

_LONGEST = 2_000
_EVERYWHERE = "**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Hold what was asked for: a whole `fingerprint`, or a `rule` or an `id` in a `path`, of a `package`.

    `expires` is written as YYYY-MM-DD.
    """

    owner: str
    reason: str
    expires: str
    fingerprint: str = ""
    rule: str = ""
    id: str = ""
    path: str = ""
    package: str = ""
    until_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """Hold a waiver that may be written, and the findings of the last run that it will hold."""

    waiver: Waiver
    findings: tuple[Finding, ...]


def grant(wish: Wish, findings: Sequence[Finding], loaded: Loaded, today: date) -> Granted:
    """Make the waiver; raise InputError that says what is in its way.

    `findings` are those of the last run; `loaded` is the configuration that it is to stand in.
    """
    waiver = Waiver(
        owner=_words("owner", wish.owner),
        reason=_words("reason", wish.reason),
        expires=_day(wish.expires, today),
        rule=_words("rule", wish.rule) if wish.rule else "",
        fingerprint=wish.fingerprint,
        id=_words("id", wish.id) if wish.id else "",
        path=_words("path", wish.path) if wish.path else _EVERYWHERE,
        package=_package(wish.package),
        until_fixed=wish.until_fixed,
    )
    alone = msgspec.structs.replace(loaded.configuration, waivers=(waiver,))
    ready = waivers(replace(loaded, configuration=alone, waiver_places=(Place(loaded.path, 1),)), today)
    held = [(finding, ready.hold(finding)) for finding in findings if finding.gate != GATE]
    named = tuple(finding for finding, what in held if what.holds is not None or what.too_long)
    mended = sorted({what.fixed_in for _, what in held if what.mended})
    if mended and not named:
        raise _refused(
            f"a version that mends it exists ({', '.join(mended)[:200]})",
            "with `--until-fixed` it would hold only until there is one",
            "take that version; or leave `--until-fixed` out, and say why it has to wait",
        )
    if not named:
        raise _refused(
            "no finding of the last run would be held by it",
            "a typing error, a pattern of other paths, or the report is of another run",
            "look the finding up in report.html, or run `lockgate run` again",
        )
    _refuse_what_is_waived(waiver, named, loaded, today)
    _refuse_too_long(waiver, named, loaded, today)
    return Granted(waiver, named)


def _refuse_what_is_waived(waiver: Waiver, named: Sequence[Finding], loaded: Loaded, today: date) -> None:
    present, places = waivers(loaded, today), loaded.waiver_places
    holding = [present.hold(finding).holds for finding in named]
    if None not in holding:
        by = sorted({str(places[number]) for number in holding if number is not None})
        raise _refused(
            f"it is waived already, by {', '.join(by)}",
            "somebody was faster",
            "move `expires` there, should it hold for longer",
        )
    for other, place in zip(loaded.configuration.waivers, places, strict=True):
        if _names(other) == _names(waiver):
            raise _refused(
                f"{place} names the same, until {other.expires}",
                "that waiver has expired, or lasts longer than its severity allows",
                "mend the finding; or renew that waiver: write a day for `expires`, and why",
            )


def _refuse_too_long(waiver: Waiver, named: Sequence[Finding], loaded: Loaded, today: date) -> None:
    caps = loaded.configuration.waiver_caps
    days, severity = min((caps.days(str(finding.severity)), finding.severity) for finding in named)
    last = today + timedelta(days)
    if waiver.expires > last:
        raise _refused(
            f"until {waiver.expires} is too long for a finding that is {severity}",
            f"{_said(loaded, severity)} allows {days} days",
            f"write {last} or an earlier day",
        )


def _said(loaded: Loaded, severity: Severity) -> str:
    place = loaded.place("waiver-caps", str(severity))
    return f"`waiver-caps.{severity}` ({place or 'the default'})"


def _names(waiver: Waiver) -> tuple[str, ...]:
    return waiver.rule, waiver.fingerprint, waiver.id.casefold(), waiver.path, waiver.package


def _words(name: str, text: str) -> str:
    text = " ".join(text.split())
    if not text or not text.isprintable() or len(text) > _LONGEST:
        raise _refused(
            f"`--{name}` says nothing that can be read",
            "it is empty, too long, or holds what cannot be seen",
            f"write the {name} in words, at most {_LONGEST:,} characters",
        )
    return text


def _package(text: str) -> str:
    if text and packages.read(text) is None:
        raise _refused(
            f"`--package` is `{one_line(text)[:80]}`, which names no component",
            "a typing error, or a range that its ecosystem does not have",
            "write a package URL: `pkg:pypi/django`, `pkg:npm/lodash@<4.17.21`",
        )
    return _words("package", text) if text else ""


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        what = f"`--expires` is `{one_line(text)[:80]}`"
        raise _refused(what, "a typing error", "write a day as YYYY-MM-DD") from error
    if day < today:
        raise _refused(f"`--expires` is {day}, which is over", "a typing error", "write today or a later day")
    return day


def _refused(what: str, cause: str, todo: str) -> InputError:
    return InputError(f"no waiver: {what}", cause=cause, todo=todo)
