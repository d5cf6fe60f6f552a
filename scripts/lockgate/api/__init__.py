"""GitHub's REST API, as far as one repository's part of it goes."""

from lockgate.api.client import Client
from lockgate.api.failures import ApiError, UnclearError
from lockgate.api.pace import Pace

__all__ = ["ApiError", "Client", "Pace", "UnclearError"]
