import io
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import runner_port
from lockgate.github import MESSAGE_LIMIT, SUMMARY_LIMIT, Emitter, inert
from runner_port import Command, Runner
from verdicts import HOSTILE, hostile

# What the culture of the runner may take for nothing, between or before the characters that it looks for.
NOTHING = (
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
)


def emit(act, **kwargs):
    stream = io.StringIO()
    tokens = (f"token{number}" for number in itertools.count())
    act(Emitter(stream, token=lambda: next(tokens), **kwargs))
    stream.getvalue().encode("utf-8")  # no lone surrogate may reach the stream
    return stream.getvalue()


def assert_not_a_command(line):
    assert runner_port.parse(line) is None
    assert not re.search(f"#{NOTHING}#{NOTHING}\\[", line)
    assert not re.match(f"(?:[{runner_port.WHITE}]|{NOTHING[:-1]})*:{NOTHING}:", line)


class TestThePort:
    """The oracle itself must see the attacks, or the tests below would prove nothing."""

    @pytest.mark.parametrize(
        ("line", "name", "data"),
        [
            ("::error::x", "error", "x"),
            (" \t\u3000::ERROR::x", "ERROR", "x"),
            ("::warning file=a,line=1::b%0Ac", "warning", "b\nc"),
            ("text ##[add-mask]secret", "add-mask", "secret"),
            ("##[save-state name=a;]b%5D", "save-state", "b]"),
        ],
    )
    def test_sees_commands(self, line, name, data):
        command = runner_port.parse(line)
        assert (command.name, command.data) == (name, data)

    @pytest.mark.parametrize(
        "line", ["", "x ::error::y", "::nope::y", "::error", "##[nope]x", "##[error", "# #[error]"]
    )
    def test_sees_none(self, line):
        assert runner_port.parse(line) is None

    def test_stop_commands(self):
        runner = Runner().feed("::stop-commands::t\n::error::a\n##[error]b\n::t::\n::error::c\n")
        assert runner.commands == [Command("error", {}, "c")]
        assert runner.printed == ["::error::a", "##[error]b"]

    def test_properties_are_split_as_dotnet_does(self):
        command = runner_port.parse("::error file==a,,line=1,title= b ::m")
        assert command.properties == {"file": "a", "line": "1", "title": " b"}


class TestPlain:
    @given(hostile)
    def test_is_never_a_command(self, text):
        for line in runner_port.lines(emit(lambda emitter: emitter.plain(text))):
            assert_not_a_command(line)

    @given(hostile)
    def test_inert_alone_is_one_line_and_no_command(self, text):
        line = inert(text)
        assert not re.search(r"[\r\n]", line)
        assert_not_a_command(line)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_known_attacks(self, text):
        assert Runner().feed(emit(lambda emitter: emitter.plain(text))).commands == []

    def test_a_last_newline_makes_no_empty_line(self):
        assert emit(lambda emitter: emitter.plain("a\n\nb\n")) == "a\n\nb\n"

    def test_leaves_ordinary_text_alone(self):
        text = "  std::vector<int> a; # [ok] ü 漢 🎉\n\tfoo: bar"
        assert emit(lambda emitter: emitter.plain(text)) == text + "\n"

    def test_shows_what_it_took_away(self):
        assert (
            emit(lambda emitter: emitter.plain("\u202e\x1b[1mb\x1b[0m\udcff\x00")) == "\\u202eb\\xff\\x00\n"
        )
        assert inert(" ::error::a") == " : :error::a"
        assert inert("a##[b]") == "a## [b]"


class TestRaw:
    @given(hostile)
    def test_runs_no_command_and_listens_again(self, text):
        output = emit(lambda emitter: (emitter.raw(text), emitter.annotate("error", "after")))
        runner = Runner().feed(output)
        assert runner.commands == [Command("error", {}, "after")]
        assert runner.stopped == ""

    @given(hostile)
    def test_lines_inside_are_harmless_by_themselves_too(self, text):
        for line in runner_port.lines(emit(lambda emitter: emitter.raw(text)))[1:-1]:
            assert_not_a_command(line)

    def test_each_use_has_its_own_token(self):
        output = emit(lambda emitter: (emitter.raw("a"), emitter.raw("b")))
        assert output.splitlines() == [
            "::stop-commands::token0", "a", "::token0::", "::stop-commands::token1", "b", "::token1::",
        ]  # fmt: skip

    def test_real_tokens_cannot_be_guessed(self):
        stream = io.StringIO()
        emitter = Emitter(stream)
        emitter.raw("")
        emitter.raw("")
        tokens = re.findall(r"stop-commands::([0-9a-f]{32})\n", stream.getvalue())
        assert len(set(tokens)) == 2


class TestAnnotate:
    @given(hostile, hostile, hostile, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
    def test_is_one_command_and_no_other(self, message, file, title, line, end_line, col):
        output = emit(
            lambda emitter: emitter.annotate(
                "warning", message, file=file, title=title, line=line, end_line=end_line, col=col
            )
        )
        runner = Runner().feed(output)
        (command,) = runner.commands
        assert (command.name, runner.printed) == ("warning", [])
        assert runner_port.try_parse_v1(output) is None
        assert set(command.properties) <= {"file", "line", "endline", "col", "title"}
        assert ("file" in command.properties) == bool(file)
        for text in (command.data, *command.properties.values()):
            assert "##[" not in text

    # Printable, with no space at the ends and nothing that has to be neutralised.
    clean = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(
        lambda text: "##[" not in text and not text.startswith("=")
    )

    @given(clean, clean, clean, st.integers(1, 10**6), st.integers(1, 10**6))
    def test_parses_back_to_what_was_given(self, message, file, title, line, col):
        output = emit(lambda e: e.annotate("notice", message, file=file, title=title, line=line, col=col))
        assert runner_port.parse(output.removesuffix("\n")) == Command(
            "notice", {"file": file, "line": str(line), "col": str(col), "title": title}, message
        )

    def test_parses_back_separators_and_lines(self):
        output = emit(
            lambda e: e.annotate("error", "a%0A\nb,c::d", file="a,b:c=d%2C .py", line=2, end_line=4)
        )
        assert runner_port.parse(output.removesuffix("\n")) == Command(
            "error", {"file": "a,b:c=d%2C .py", "line": "2", "endline": "4"}, "a%0A\nb,c::d"
        )

    def test_a_leading_equals_sign_stays(self):
        command = runner_port.parse(
            emit(lambda e: e.annotate("error", "m", file="=a.py", title="=b")).strip()
        )
        assert command.properties == {"file": "./=a.py", "line": "1", "title": " =b"}

    def test_breaks_the_old_form_in_messages(self):
        command = runner_port.parse(emit(lambda e: e.annotate("error", "see ##[error]x")).strip())
        assert command.data == "see ## [error]x"

    def test_cuts_messages_where_the_runner_would(self):
        (command,) = Runner().feed(emit(lambda e: e.annotate("error", "😀" * 5000))).commands
        assert len(command.data.encode("utf-16-le")) <= 2 * MESSAGE_LIMIT
        assert command.data.startswith("😀" * 2047)
        assert command.data.endswith("…")
        (command,) = Runner().feed(emit(lambda e: e.annotate("error", "x" * MESSAGE_LIMIT))).commands
        assert command.data == "x" * MESSAGE_LIMIT


class TestFiles:
    @given(value=hostile)
    def test_outputs_arrive_and_nothing_else(self, value, tmp_path_factory):
        path = tmp_path_factory.mktemp("files") / "output"
        emit(lambda e: (e.set_output("verdict", value), e.set_output("next", "1")), output=path)
        expected = value.encode("utf-8", "replace").decode()
        assert runner_port.file_commands(path.read_bytes().decode()) == {"verdict": expected, "next": "1"}

    def test_refuses_a_name_that_could_break_out(self):
        for name in ("", "a=b", "a\nb", "a<<b", "a b"):
            with pytest.raises(ValueError, match="not a name"):
                Emitter(io.StringIO()).set_output(name, "x")

    def test_refuses_a_value_that_holds_the_delimiter(self, tmp_path):
        emitter = Emitter(io.StringIO(), output=tmp_path / "o", token=lambda: "known")
        with pytest.raises(ValueError, match="delimiter"):
            emitter.set_output("a", "x\nknown\nb=c")

    def test_without_files_nothing_is_kept_and_nothing_printed(self):
        assert emit(lambda e: (e.set_output("a", "b"), e.summary("c"))) == ""

    def test_summary_never_outgrows_the_limit(self, tmp_path):
        path = tmp_path / "summary"
        emit(lambda e: (e.summary("a"), e.summary("é" * SUMMARY_LIMIT), e.summary("b")), summary=path)
        assert SUMMARY_LIMIT - 2 <= path.stat().st_size <= SUMMARY_LIMIT
        assert path.read_text("utf-8").startswith("a\néé")

    @given(text=hostile)
    def test_summary_is_always_utf8(self, text, tmp_path_factory):
        path = tmp_path_factory.mktemp("files") / "summary"
        assert emit(lambda e: e.summary(text), summary=path) == ""
        path.read_bytes().decode("utf-8")
