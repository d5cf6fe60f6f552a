"""The answers in words."""

from collections.abc import Iterator, Sequence

from lockgate.github import inert
from lockgate.untrusted import cut, one_line
from lockgate.verify.answers import Answer, Row

_WIDTH = 400


def render(answers: Sequence[Answer], repository: str) -> str:
    """Write what is known of each use, then one line that says whether all are verified."""
    lines = [line for answer in answers for line in _lines(answer)]
    places = sum(len(answer.places) for answer in answers)
    wrong = sum(len(answer.places) for answer in answers if not answer.verified)
    uses = f"{places} use{'' if places == 1 else 's'} of {repository}"
    lines.append(f"NOT VERIFIED: {wrong} of {uses}" if wrong else f"VERIFIED: {uses}")
    return "".join(f"{inert(line)}\n" for line in lines)


def _lines(answer: Answer) -> Iterator[str]:
    yield _shown(str(answer.use))
    yield f"  at        {_shown(', '.join(answer.places))}"
    last = ""
    for row in answer.rows:
        yield f"  {'' if row.name == last else row.name:<10}{_words(row)}"
        last = row.name
    yield ""


def _words(row: Row) -> str:
    fault = f"  ← NO: {_shown(row.fault)}" if row.fault else ""
    return f"{'  ' * row.depth}{_shown(row.text)}{fault}"


def _shown(text: str) -> str:
    return cut(one_line(text), _WIDTH)
