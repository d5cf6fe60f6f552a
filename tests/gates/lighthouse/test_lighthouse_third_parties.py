"""Hosts of others, requests that block, requests that fail: new ones, old ones, renamed ones."""

from lockgate.finding import Severity
from lockgate.gates.judged import output
from lockgate.gates.lighthouse.model import Page, PageResult, Request, Sample, Site
from lockgate.gates.lighthouse.pages import third_parties
from lockgate.gates.lighthouse.pages.components import Finder
from lockgate.gates.lighthouse.pages.sides import Sides
from lockgate.gates.protocol import Output

SITE = Site("plain", "web/out", "web", "web/package.json")
HOME, LAMPS, NEW = Page("/", "index.html"), Page("/lamps/"), Page("/new/")
STATS = Request("https://stats.example/a.js", "script", 0, 0, -1, host="stats.example")
FONTS = Request("https://fonts.example/f.woff2", "font", 900, 900, 200, host="fonts.example")
LOST = Request("/lost-B3xk9_Qz.png", "image", 300, 200, 404)


def page(at: Page, head: list[Request], base: list[Request] | None = None) -> PageResult:
    samples = () if base is None else (Sample({}, tuple(base)),)
    return PageResult(at, (Sample({}, tuple(head)),), samples)


def css(url: str, *, blocking: bool = True) -> Request:
    return Request(url, "stylesheet", 100, 100, 200, blocking=blocking)


def js(url: str, *, blocking: bool = True) -> Request:
    return Request(url, "script", 100, 100, 200, blocking=blocking)


def hosts(
    *results: PageResult, allowed: tuple[str, ...] = (), sources: dict[str, str] | None = None
) -> Output:
    return joined(third_parties.third_parties(SITE, results, Finder(SITE, sources or {}), allowed))


def failing(*results: PageResult) -> Output:
    return joined(third_parties.failing(SITE, results, Finder(SITE, {})))


def blocking(*results: PageResult) -> list[str]:
    sides = third_parties.blocking(SITE, results, Finder(SITE, {}))
    assert sides.base == ()
    return [each.finding.message for each in sides.head]


def joined(sides: Sides) -> Output:
    return output(sides.head, sides.rules, known=sides.base)


def new(result: Output) -> list[str]:
    return [each.message for each in result.findings if each.fingerprint not in result.known]


def test_a_new_host_is_high_and_shown_where_it_is_named() -> None:
    html = "<p>\n<script src=https://stats.example/a.js>"
    result = hosts(page(HOME, [STATS, STATS], []), sources={"web/out/index.html": html})
    (finding,) = result.findings
    assert (finding.rule, finding.severity) == ("third-party-added", Severity.HIGH)
    assert (finding.path, finding.line) == ("web/out/index.html", 2)
    assert finding.message == (
        "`/` calls the host `stats.example`, which is not the site's, and did not in the base:"
        " `https://stats.example/a.js`."
    )
    assert result.known == frozenset()


def test_a_host_of_the_base_is_known_whatever_file_it_sends() -> None:
    other = Request("https://stats.example/b.js", "script", 0, 0, -1, host="stats.example")
    result = hosts(page(HOME, [other], [STATS]))
    assert (len(result.findings), new(result), result.gone) == (1, [], ())
    assert "base" not in result.findings[0].message


def test_a_host_that_is_gone_is_fixed() -> None:
    result = hosts(page(HOME, [], [STATS]))
    assert (result.findings, len(result.gone)) == ((), 1)


def test_a_host_that_moves_to_another_page_is_new_there() -> None:
    result = hosts(page(HOME, [], [STATS]), page(LAMPS, [STATS], []))
    assert (len(new(result)), len(result.gone)) == (1, 1)


def test_a_known_host_on_one_more_page() -> None:
    old = page(HOME, [STATS], [STATS])
    (message,) = new(hosts(old, page(LAMPS, [STATS], [])))
    assert message.startswith("`/lamps/` calls")
    assert new(hosts(old, page(NEW, [STATS]))) == []
    assert len(new(hosts(page(HOME, [], []), page(NEW, [STATS])))) == 1


def test_one_host_of_several_pages_is_one_finding() -> None:
    (message,) = new(hosts(page(HOME, [STATS], []), page(LAMPS, [STATS], [])))
    assert message.startswith("`/`, `/lamps/` call the host")


def test_hosts_that_are_allowed_are_no_finding() -> None:
    assert hosts(page(HOME, [STATS, FONTS], []), allowed=("*.example",)).findings == ()
    (finding,) = hosts(page(HOME, [STATS, FONTS], []), allowed=("fonts.example",)).findings
    assert "`stats.example`" in finding.message


def test_without_any_base_hosts_are_low() -> None:
    (finding,) = hosts(page(HOME, [STATS])).findings
    assert finding.severity is Severity.LOW
    (compared,) = hosts(page(HOME, [STATS], [])).findings
    assert compared.fingerprint == finding.fingerprint


def test_own_requests_are_no_third_parties() -> None:
    assert hosts(page(HOME, [js("/a.js")], [])).findings == ()


def test_an_own_file_that_is_not_there() -> None:
    (finding,) = failing(page(HOME, [LOST, LOST], [])).findings
    assert (finding.rule, finding.severity) == ("request-fails", Severity.MEDIUM)
    assert finding.message == (
        "`/` asks for `/lost-B3xk9_Qz.png`, and the answer is 404. The file is a best guess."
    )
    dead = Request("/x.js", "script", 0, 0, -1)
    assert "and there is no answer" in new(failing(page(HOME, [dead], [])))[0]


def test_a_file_that_the_base_lacks_too_is_known_under_another_hash() -> None:
    renamed = Request("/lost-C9aa1_Qx.png?v=2", "image", 300, 200, 404)
    result = failing(page(HOME, [renamed], [LOST]), page(NEW, [renamed]))
    assert (len(result.findings), new(result), result.gone) == (1, [], ())


def test_files_of_others_and_answers_that_are_fine_do_not_fail() -> None:
    kept = Request("/a.css", "stylesheet", 0, 0, 304)
    assert failing(page(HOME, [STATS, js("/a.js"), kept], [])).findings == ()


def test_a_blocking_script_that_the_base_lacks() -> None:
    (message,) = blocking(page(HOME, [css("/a.css"), js("/block.js")], [css("/a.css")]))
    assert message == (
        "The script `/block.js` holds back the first paint of `/`; it did not in the base."
        " The file is a best guess."
    )


def test_a_script_that_lost_its_defer() -> None:
    assert len(blocking(page(HOME, [js("/a.js")], [js("/a.js", blocking=False)]))) == 1


def test_one_more_blocking_style_sheet_is_the_one_with_the_new_name() -> None:
    base = [css("/_next/static/css/0123456789abcdef.css")]
    head = [css("/_next/static/css/fedcba9876543210.css"), css("/more.css")]
    (message,) = blocking(page(HOME, head, base))
    assert "`/more.css`" in message


def test_a_renamed_blocking_file_adds_nothing() -> None:
    assert blocking(page(HOME, [css("/a-C9aa1_Qx.css")], [css("/a-B3xk9_Qz.css")])) == []
    assert blocking(page(HOME, [css("/new-name.css")], [css("/old-name.css")])) == []
    assert len(blocking(page(HOME, [js("/a.js")], [css("/a.css")]))) == 1


def test_a_new_page_blocks_as_it_likes() -> None:
    assert blocking(page(NEW, [css("/a.css")])) == []


def test_one_blocking_file_of_several_pages_is_one_finding() -> None:
    (message,) = blocking(*(page(at, [js("/block.js")], []) for at in (HOME, LAMPS)))
    assert "of `/`, `/lamps/`" in message
