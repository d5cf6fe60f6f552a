from pathlib import Path

from lockgate.config import GateConfiguration
from lockgate.finding import Notification, Span
from lockgate.gates.protocol import Output
from lockgate.gates.sast import gate as sast
from lockgate.gates.scope import chooser, count, describe, merged
from lockgate.gates.secrets import gate as secrets
from lockgate.source import Source, Unreadable
from lockgate.tree import Tree
from lockgate.verdict import Tool

ALL = GateConfiguration()


def tree(*paths, **changes):
    return Tree(Path("/r"), tuple(Source(path, "/r", "d") for path in paths), **changes)


def test_a_chooser_takes_what_a_tool_selects_and_nobody_excludes():
    configuration = GateConfiguration(exclude=("vendor/", "*.gen.py", "!keep.gen.py"))
    chosen = chooser(lambda path: path.endswith(".py"), configuration)
    assert chosen("a.py")
    assert chosen("keep.gen.py")
    assert not chosen("a.js")
    assert not chosen("vendor/a.py")
    assert not chosen("a.gen.py")


def test_what_nobody_can_read_counts_too():
    made = tree("a.py", unreadable=(Unreadable("b.py", "why"), Unreadable("b.js", "why")))
    assert count(made, lambda path: path.endswith(".py")) == 2


def test_what_applies_is_said_in_words():
    assert (
        describe({"Python file": 1200, "JavaScript file": 0}, "none", tree()).reason == "1,200 Python files"
    )
    assert (
        describe({"a": 1, "b": 2}, "none", tree(changed=frozenset())).reason == "1 a and 2 bs in the change"
    )
    nothing = describe({"a": 0}, "no a file", tree(changed=frozenset()))
    assert (nothing.files, nothing.reason) == (0, "no a file in the change")


def test_sast_applies_to_its_languages():
    applies = sast.applies(tree("a.py", "b.pyw", "c.tsx", "d.md"), ALL)
    assert (applies.files, applies.reason) == (3, "2 Python files and 1 JavaScript/TypeScript file")
    assert sast.applies(tree("d.md"), ALL).files == 0
    assert sast.applies(tree("a.py"), GateConfiguration(exclude=("*.py",))).files == 0


def test_secrets_applies_to_everything_and_to_history():
    past = (Source("old", "/w", "d", commit="c"),)
    applies = secrets.applies(tree("a", "b.png", history=past), ALL)
    assert (applies.files, applies.reason) == (3, "2 files and 1 earlier version")
    assert secrets.applies(tree(history=past), ALL).files == 1
    assert secrets.applies(tree(), ALL).reason == "no file"


def test_outputs_are_joined():
    one = Output(findings=(), known=frozenset({"a"}), tools=(Tool("x", "1"),), counts={"x": 1, "both": 1},
                 secrets={"p": (Span(1, 2, 3),)})  # fmt: skip
    note = Notification(level="error", message="m")
    two = Output(findings=(), known=frozenset({"b"}), tools=(Tool("y", "1"),), counts={"both": 2},
                 notifications=(note,), secrets={"p": (Span(4, 5, 6),)})  # fmt: skip
    both = merged([one, two])
    assert both.known == {"a", "b"}
    assert both.counts == {"x": 1, "both": 3}
    assert both.secrets == {"p": (Span(1, 2, 3), Span(4, 5, 6))}
    assert (both.notifications, both.tools) == ((note,), (Tool("x", "1"), Tool("y", "1")))
    assert one.secrets == {"p": (Span(1, 2, 3),)}
