"""A GitHub on loopback that holds to the documented rules of the few endpoints that lockgate uses."""

from fake_github.server import FakeGitHub, client
from fake_github.state import REPOSITORY, TOKEN, Clock, Fault, State, artifact, pull_request, run, zipped

__all__ = [
    "REPOSITORY",
    "TOKEN",
    "Clock",
    "FakeGitHub",
    "Fault",
    "State",
    "artifact",
    "client",
    "pull_request",
    "run",
    "zipped",
]
