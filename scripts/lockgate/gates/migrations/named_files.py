"""Read the files that the configuration names: a change cannot rewrite them for itself."""

from lockgate.errors import ConfigurationError
from lockgate.gates.migrations.sides import Sides


def named_file(sides: Sides, folder: str, name: str, key: str) -> tuple[str, bytes]:
    """Give path and bytes of a file as the base has it, or without a base the head; raise ConfigurationError.

    `folder` is the configuration's, `key` is what names the file there.
    """
    path = f"{folder}/{name}".lstrip("/")
    data = sides.running(path)
    if data is None:
        raise ConfigurationError(
            f"`gates.migrations.{key}` names {path}, which cannot be read",
            cause="it is not there, no regular file, or too large",
            todo="give its path from the configuration's folder",
        )
    return path, data
