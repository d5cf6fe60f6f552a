"""Read the VEX files that a configuration names, from where the configuration comes."""

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from lockgate.config import Loaded
from lockgate.errors import ConfigurationError
from lockgate.source import display

if TYPE_CHECKING:
    from lockgate.policy.vex import Said


def statements(loaded: Loaded | None, give: Callable[[str], bytes | None], folder: str) -> tuple["Said", ...]:
    """Give what the VEX files below `folder`, that of the configuration, say.

    Raise ConfigurationError for one that is not there, or that cannot be relied on.
    """
    if loaded is None or not loaded.configuration.gates.sca.vex:
        return ()
    from lockgate.bom.vex import VexError, read  # noqa: PLC0415 - few runs have a VEX
    from lockgate.policy.vex import Said  # noqa: PLC0415

    found: list[Said] = []
    for number, name in enumerate(loaded.configuration.gates.sca.vex):
        path = posixpath.normpath(posixpath.join(folder, name))
        data = None if path.startswith(("../", "/")) or path in {".", ".."} else give(path)
        if data is None:
            raise _error(loaded, number, f"there is no file `{display(name)[:80]}`", "check the path")
        try:
            found += (Said(statement, display(path)) for statement in read(data))
        except VexError as error:
            todo = "mend that statement, or take the file out of `gates.sca.vex`"
            raise _error(loaded, number, f"`{display(path)}`: {display(str(error))[:300]}", todo) from error
    return tuple(found)


def _error(loaded: Loaded, number: int, what: str, todo: str) -> ConfigurationError:
    lines, key = loaded.lines, ("gates", "sca", "vex")
    place = f"{loaded.path}:{lines.get((*key, number)) or lines.get(key) or 1}"
    return ConfigurationError(
        f"{place}: `gates.sca.vex[{number}]`: {what}",
        cause="a VEX that cannot be relied on must not excuse anything",
        todo=todo,
    )
