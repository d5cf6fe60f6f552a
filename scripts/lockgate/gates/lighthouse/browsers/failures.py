"""Say why a page could not be measured, and what to do."""

from lockgate.errors import ToolError
from lockgate.gates.lighthouse.browsers.result import LighthouseResult, Outcome
from lockgate.untrusted import cut, one_line, shown

_CRASHES = frozenset({"CRASHED", "TARGET_CRASHED", "NO_ANSWER", "PROTOCOL_TIMEOUT"})
_SLOW = ("it asks for something again and again, or a script of it never ends", "let the page come to rest")
_BLANK = ("its script failed, or it holds nothing", "open it in a browser and look at the console")
_BROKEN = ("Chrome or Lighthouse has a fault, or the page disturbs them", "run it again")
# By the code of Lighthouse or of the driver: what happened, the likely cause, what to do.
_KNOWN: dict[str, tuple[str, str, str]] = {
    "CRASHED": (
        "Chrome crashed on it", "memory is short, or Chrome has a fault",
        "run it again, with fewer jobs beside it",
    ),
    "DNS_FAILURE": (
        "its host was not found", "the address is wrong, or it leads to a host that is not allowed",
        "correct it, or list the host below `gates.lighthouse.third-parties`",
    ),
    "ERRORED_DOCUMENT_REQUEST": (
        "the server answered with an error", "the page is not there, or the server has a fault",
        "open the address, and mend what it says",
    ),
    "FAILED_DOCUMENT_REQUEST": (
        "it could not be fetched", "the server does not run, or ends the connection",
        "start the server before, and open the address in a browser",
    ),
    "net::ERR_CONNECTION_REFUSED": (
        "nothing listens there", "the server does not run, or has another port",
        "start it before, and name the port that it has",
    ),
    "net::ERR_TOO_MANY_REDIRECTS": (
        "it is redirected in a circle", "two rules of the server send visitors to one another",
        "mend its redirects",
    ),
    "INSECURE_DOCUMENT_REQUEST": (
        "its certificate is not valid", "it is self-signed, or for another host",
        "serve it over http, or mend it",
    ),
    "LAUNCH": (
        "Chrome could not be started", "a library that it needs is missing, or memory is short",
        "start it by hand, or install another one",
    ),
    "LOAD": (
        "Lighthouse could not be loaded", "its packages are damaged", "run `make clean`, and run it again"
    ),
    "NOT_HTML": (
        "it is no HTML page", "the address is of a file, or the server names the wrong type",
        "leave it out with `gates.lighthouse.pages`",
    ),
    "NO_ANSWER": ("the program that drives Chrome ended or hung", "memory is short", "run it again"),
    "NO_RESULT": ("Lighthouse's result is not there", "the disk is full", "run it again"),
    "NO_FCP": ("it painted nothing", *_BLANK),
    "PAGE_HUNG": ("it did not come to rest", *_SLOW),
    "TIMEOUT": ("it did not come to rest", *_SLOW),
}  # fmt: skip
_KNOWN["TARGET_CRASHED"] = _KNOWN["CRASHED"]
_KNOWN["CHROME_INTERSTITIAL_ERROR"] = _KNOWN["FAILED_DOCUMENT_REQUEST"]
_KNOWN["net::ERR_NAME_NOT_RESOLVED"] = _KNOWN["DNS_FAILURE"]
_INCOMPLETE = "may be incomplete"  # Lighthouse's words for a page that it did not wait for to the end


def is_crash(code: str) -> bool:
    """Say whether a run that failed like this is worth another try."""
    return code in _CRASHES


def failure(code: str, message: str, page: str) -> ToolError:
    """Say what happened to a page, by the code of Lighthouse or of the driver and its words."""
    what, cause, todo = _KNOWN.get(code, ("it could not be measured", *_BROKEN))
    words = cut(one_line(message), 300)
    return ToolError(
        f"the page {shown(page)}: {what} ({cut(one_line(code), 60)}{f': {words}' if words else ''})",
        cause=cause,
        todo=todo,
    )


def trouble(outcome: Outcome, result: LighthouseResult) -> tuple[str, str] | None:
    """Give the code and the words of what makes a result worthless; None for a whole one."""
    fault = result.runtime_error
    if fault and fault.code != "NO_ERROR":
        # Chrome's own word tells more than Lighthouse's, which is the same for all that Chrome cannot show.
        return (
            (outcome.failed, "")
            if outcome.failed in _KNOWN
            else (fault.code, outcome.failed or fault.message)
        )
    for warning in result.run_warnings:
        if _INCOMPLETE in warning:
            return "TIMEOUT", warning
    return None
