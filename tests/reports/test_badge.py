import json

import pytest

from lockgate.reports.badge import render
from lockgate.verdict import Answer
from verdicts import finding, verdict


@pytest.mark.parametrize(
    ("answer", "blocking", "message", "color"),
    [
        (Answer.PASS, 0, "pass", "brightgreen"),
        (Answer.FAIL, 3, "3 to mend", "red"),
        (Answer.FAIL, 1234, "1,234 to mend", "red"),
        (Answer.ERROR, 3, "error", "orange"),
        (Answer.ERROR, 0, "error", "orange"),
    ],
)
def test_the_badge_is_an_endpoint_of_shields(answer, blocking, message, color):
    found = [finding(blocking=True)] * blocking + [finding()]
    data = render(verdict(*found, answer=answer))
    assert json.loads(data) == {"schemaVersion": 1, "label": "lockgate", "message": message, "color": color}
    assert data.endswith(b"}\n")
