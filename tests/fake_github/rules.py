"""What GitHub takes and what it refuses, as far as its documentation and its answers say."""

import re
from dataclasses import dataclass

from fake_github.state import BOT

LEVELS = {"notice", "warning", "failure"}
CONCLUSIONS = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
FIELDS = {"name", "head_sha", "external_id", "details_url", "status", "conclusion", "output"}


@dataclass
class Refusal(Exception):  # noqa: N818 - not an error of the fake
    status: int
    message: str
    needs: str = ""


def invalid(message):
    return Refusal(422, f"Validation Failed: {message}")


def permit(state, scope, level):
    """https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps"""
    has = state.permissions.get(scope, "none")
    if has == "none" and level == "read":
        raise Refusal(404, "Not Found")
    if level == "write" and has != "write":
        raise Refusal(403, "Resource not accessible by integration", f"{scope}={level}")


def check_run_fields(body, *, new):
    """https://docs.github.com/en/rest/checks/runs#create-a-check-run"""
    if not isinstance(body, dict) or set(body) - FIELDS:
        raise invalid("unknown keys")
    if new and not (body.get("name") and body.get("head_sha")):
        raise invalid("name and head_sha are required")
    if body.get("status", "queued") not in {"queued", "in_progress", "completed"}:
        raise invalid("status")
    if body.get("status") == "completed" and "conclusion" not in body:
        raise invalid('"conclusion" wasn\'t supplied')
    if "conclusion" in body and body["conclusion"] not in CONCLUSIONS:
        raise invalid("conclusion")
    output = body.get("output")
    if output is not None:
        if not isinstance(output.get("summary"), str) or (new and not output.get("title")):
            raise invalid("output needs a title and a summary")
        if len(output["summary"]) > 65_535:
            raise invalid("summary exceeds a maximum bytesize of 65535")
        annotations = output.get("annotations", [])
        if len(annotations) > 50:
            raise invalid("No more than 50 items are allowed")
        for annotation in annotations:
            annotation_fields(annotation)


def annotation_fields(one):
    known = {
        "path": str, "start_line": int, "end_line": int, "start_column": int, "end_column": int,
        "annotation_level": str, "message": str, "title": str, "raw_details": str,
    }  # fmt: skip
    if set(one) - set(known) or not all(isinstance(value, known[name]) for name, value in one.items()):
        raise invalid("annotation")
    if not {"path", "start_line", "end_line", "annotation_level", "message"} <= set(one):
        raise invalid("annotation lacks a field")
    if not one["path"] or one["path"].startswith("/") or re.search(r"[\0\r\n]", one["path"]):
        raise invalid("path")
    if not 1 <= one["start_line"] <= one["end_line"] < 2**31:
        raise invalid("start_line, end_line")
    if {"start_column", "end_column"} & set(one) and one["start_line"] != one["end_line"]:
        raise invalid("columns of a range of lines")
    if not 0 < one.get("start_column", 1) <= one.get("end_column", 2**31 - 1) < 2**31:
        raise invalid("start_column, end_column")
    if one["annotation_level"] not in LEVELS:
        raise invalid("annotation_level")
    if not one["message"].strip() or len(one["message"].encode()) > 64 * 1024:
        raise invalid("message")
    if len(one.get("title", "")) > 255:
        raise invalid("title")


def comment_body(body):
    """https://docs.github.com/en/rest/issues/comments#create-an-issue-comment"""
    if not isinstance(body, dict) or set(body) != {"body"} or not isinstance(body["body"], str):
        raise invalid("body")
    if not body["body"].strip():
        raise invalid("body cannot be blank")
    if len(body["body"]) > 65_536:
        raise invalid("body is too long (maximum is 65536 characters)")
    return body["body"]


def one_run(state, query, number):
    permit(state, "actions", "read")
    found = [each for each in state.runs if each["id"] == int(number)]
    if not found:
        raise Refusal(404, "Not Found")
    return 200, found[0]


def artifacts(state, query, number):
    permit(state, "actions", "read")
    name = query.get("name")
    return 200, [
        {key: value for key, value in each.items() if key != "data"}
        for each in state.artifacts
        if each.get("run", 9_000_000_001) == int(number) and name in {None, each["name"]}
    ]


def pulls(state, query):
    """`head` must be `owner:branch`, else GitHub lists all."""
    permit(state, "pull_requests", "read")
    owner, colon, branch = query.get("head", "").partition(":")
    return 200, [
        pull
        for pull in state.pulls
        if query.get("state", "open") in {pull["state"], "all"}
        and (
            not colon
            or (pull["head"]["repo"] and pull["head"]["repo"]["owner"]["login"], pull["head"]["ref"])
            == (owner, branch)
        )
    ]


def comments(state, query, number):
    permit(state, "pull_requests", "read")
    return 200, [each for each in state.comments if each["issue"] == int(number)]


def add_comment(state, body, number):
    permit(state, "pull_requests", "write")
    if int(number) not in {pull["number"] for pull in state.pulls}:
        raise Refusal(404, "Not Found")
    made = {"id": state.new_id(), "issue": int(number), "user": BOT, "body": comment_body(body)}
    state.comments.append(made)
    return 201, made


def change_comment(state, body, number):
    permit(state, "pull_requests", "write")
    for each in state.comments:
        if each["id"] == int(number):
            each["body"] = comment_body(body)
            return 200, each
    raise Refusal(404, "Not Found")


def delete_comment(state, body, number):
    permit(state, "pull_requests", "write")
    kept = [each for each in state.comments if each["id"] != int(number)]
    if len(kept) == len(state.comments):
        raise Refusal(404, "Not Found")
    state.comments = kept
    return 204, None


def pull_files(state, query, number):
    permit(state, "pull_requests", "read")
    return 200, state.files


def review_comments(state, query, number):
    permit(state, "pull_requests", "read")
    return 200, [each for each in state.review_comments if each["pull"] == int(number)]


def add_review(state, body, number):
    """https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request"""
    permit(state, "pull_requests", "write")
    if set(body) != {"commit_id", "event", "body", "comments"} or body["event"] != "COMMENT":
        raise invalid("keys")
    if body["commit_id"] not in state.commits or not body["body"].strip() or not body["comments"]:
        raise invalid("commit_id, body, comments")
    for each in body["comments"]:
        review_comment_fields(state, each)
    made = {"id": state.new_id(), "user": BOT, "body": body["body"]}
    state.reviews.append(made)
    state.review_comments += [
        each | {"id": state.new_id(), "pull": int(number), "user": BOT} for each in body["comments"]
    ]
    return 200, made


def review_comment_fields(state, one):
    """A line is on the right side of a hunk; the first of several before the last, in the same one."""
    if not {"path", "line", "side", "body"} <= set(one) or one["side"] != "RIGHT":
        raise invalid("a review comment lacks a field")
    first = one.get("start_line", one["line"])
    if ("start_line" in one) != ("start_side" in one) or (first >= one["line"] and "start_line" in one):
        raise invalid("start_line must precede the end line")
    rows = [rows for path, rows in state.shown if path == one["path"]]
    if not any({first, one["line"]} <= set(hunk) for hunk in rows):
        raise invalid("pull_request_review_thread.line must be part of the diff")
    comment_body({"body": one["body"]})


def delete_review_comment(state, body, number):
    permit(state, "pull_requests", "write")
    kept = [each for each in state.review_comments if each["id"] != int(number)]
    if len(kept) == len(state.review_comments):
        raise Refusal(404, "Not Found")
    state.review_comments = kept
    return 204, None


def check_runs(state, query, sha):
    permit(state, "checks", "read")
    found = [each for each in state.check_runs if each["head_sha"] == sha]
    return 200, [shown(each) for each in reversed(found) if query.get("check_name") in {None, each["name"]}]


def add_check_run(state, body):
    permit(state, "checks", "write")
    check_run_fields(body, new=True)
    if body["head_sha"] not in state.commits:
        raise invalid("No commit found for SHA")
    made = {"id": state.new_id(), "app": {"slug": "github-actions"}, "status": "queued", "external_id": ""}
    made |= {key: value for key, value in body.items() if key != "output"} | {"output": {}, "all": []}
    state.check_runs.append(made)
    _take(made, body)
    return 201, shown(made)


def change_check_run(state, body, number):
    permit(state, "checks", "write")
    check_run_fields(body, new=False)
    for each in state.check_runs:
        if each["id"] == int(number):
            each |= {key: value for key, value in body.items() if key != "output"}
            _take(each, body)
            return 200, shown(each)
    raise Refusal(404, "Not Found")


def _take(made, body):
    """Annotations of each request are added to those of the requests before."""
    output = body.get("output", {})
    made["all"] += output.get("annotations", [])
    made["output"] |= {key: output[key] for key in ("title", "summary") if key in output}


def shown(check):
    output = check["output"] | {"annotations_count": len(check["all"])}
    return {key: value for key, value in check.items() if key != "all"} | {"output": output}


NUMBER, WORD = r"(\d+)", r"([^/]+)"
READS = {
    rf"actions/runs/{NUMBER}": (one_run, ""),
    rf"actions/runs/{NUMBER}/artifacts": (artifacts, "artifacts"),
    "pulls": (pulls, "list"),
    rf"issues/{NUMBER}/comments": (comments, "list"),
    rf"pulls/{NUMBER}/files": (pull_files, "list"),
    rf"pulls/{NUMBER}/comments": (review_comments, "list"),
    rf"commits/{WORD}/check-runs": (check_runs, "check_runs"),
}
WRITES = {
    ("POST", rf"issues/{NUMBER}/comments"): add_comment,
    ("PATCH", rf"issues/comments/{NUMBER}"): change_comment,
    ("DELETE", rf"issues/comments/{NUMBER}"): delete_comment,
    ("POST", rf"pulls/{NUMBER}/reviews"): add_review,
    ("DELETE", rf"pulls/comments/{NUMBER}"): delete_review_comment,
    ("POST", "check-runs"): add_check_run,
    ("PATCH", rf"check-runs/{NUMBER}"): change_check_run,
}
