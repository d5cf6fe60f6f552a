"""No text of strangers changes the structure of the log, the summary or the comment."""

import io
import re
import unicodedata

import pytest
from rich.console import Console

from hostile import STRINGS, element_tree
from lockgate.finding import Notification, Related
from lockgate.github import Emitter
from lockgate.publish.statement import LIMIT, note, of_verdict
from lockgate.reports import annotations, summary, terminal
from lockgate.verdict import Outcome, Strip, Table, Tool
from publish.samples import run
from runner_port import Runner
from verdicts import finding, gate, rule, verdict

PLAIN = "plain words"
PAGE = "https://github.example/octo/app"
LINKS = (
    f"{PAGE}/blob/{'5f' * 20}/",
    f"{PAGE}/actions/runs/9000000001",
    "https://bandit.readthedocs.io/x.html#b602",
)


def filled(words):
    """Put a text wherever one of a stranger, a tool, a person or a configuration can stand."""
    found = {
        "message": words, "rule": words or "R", "waiver": words, "sources": ("a/b", words),
        "mend": f"own {words}", "aliases": ("CVE-1", words), "package": f"pkg:{words}",
        "fixed_in": f"2{words}", "anyway": f"known {words}",
        "related": (Related(f"lock{words}", 7, f"wants {words}"),),
    }  # fmt: skip
    strips = (Strip(f"strip {words}", words, (1.0,), (2.0,)),)
    table = Table(f"table {words}", ("a", f"b{words}"), (("1", f"x{words}"), (f"y{words}",)), strips)
    broken = gate(
        outcome=Outcome.INCOMPLETE, reason=words or "died", tools=(Tool(words, words),),
        notifications=(Notification(level="error", message=" ".join(words.splitlines()), path=f"p{words}"),),
        tables=(table,),
    )  # fmt: skip
    described = rule(id=words or "R", what=words, why=f"why {words}", mend=f"mend {words}")
    return verdict(
        finding(path=f"a{words}", blocking=True, **found),
        finding(path=f"b{words}", waived=True, **found),
        gates=(broken, gate(name=f"g{words}")),
        rules=(described,),
        fixed=(finding(path=f"c{words}", in_diff=False, **found),),
        reason=words or "why",
        scope=f"scope {words}",
    )


def log(made):
    """Give what the runner makes of the log: its commands with their properties, and the number of lines."""
    stream = io.StringIO()
    emitter = Emitter(stream)
    for item in annotations.choose(made).items:
        emitter.annotate(item.level, item.message, file=item.file, line=item.line, title=item.title)
    plain = Console(color_system=None)
    with plain.capture() as captured:
        terminal.show(made, plain)
    emitter.plain(captured.get())
    runner = Runner().feed(stream.getvalue())
    return [(each.name, sorted(each.properties)) for each in runner.commands], len(runner.printed)


def comment(made):
    return note(of_verdict(run(), made), LIMIT)


def without_links(text):
    """Give the elements: a path that leads elsewhere is shown without the link to it."""
    return [each for each in element_tree(text) if each not in {"<a href>", "</a>"}]


def unseen(text):
    return [
        each for each in text if each not in "\n\t" and unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co"}
    ]


def test_there_are_enough_of_them():
    assert len(set(STRINGS)) >= 60


@pytest.mark.parametrize("number", range(len(STRINGS)))
def test_a_text_anywhere_changes_no_structure(number):
    plain, strange = filled(PLAIN), filled(STRINGS[number])
    assert log(strange) == log(plain)
    for page in (summary.render, comment):
        text = page(strange)
        assert without_links(text) == without_links(page(plain))
        assert [link for link in re.findall('href="([^"]*)"', text) if not link.startswith(LINKS)] == []
        assert unseen(text) == []
        bare = re.sub(r'href="[^"]*"', "", text)
        assert "@" not in bare
        assert "://" not in bare
        assert len(text) < 65_536


def test_a_change_of_structure_would_be_seen():
    plain = element_tree("| a |\n|---|\n| x |\n")
    for words in (
        "<b>x</b>",
        "**x**",
        "`x`",
        "[x](y)",
        "<!-- x -->",
        "x |\n| y",
        "~~x~~",
        "x\n\n# y",
        "</td>",
    ):
        assert element_tree(f"| a |\n|---|\n| {words} |\n") != plain, words
