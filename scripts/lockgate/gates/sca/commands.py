"""What to type to mend a lock, for each tool that makes locks."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass

_INSTALL = {"npm": "npm install", "pnpm": "pnpm install", "yarn": "yarn install"}
_OVERRIDES = {"npm": "overrides", "pnpm": "pnpm.overrides", "yarn": "resolutions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """Ask to take version `target` of a package that a lock of `tool` has.

    `direct` says that the project itself asks for it, with a range that allows the target when `allowed`;
    of other components' ranges `allowed` says it too. `dev` says that it is only for development.
    `projects` are those of the workspace that ask for it, with `root` the top one asks too. `parents` are the
    components that need it, only those whose ranges leave the target out where there are any.
    `name` is what it is asked for by, `real` its own name where that is another one (npm's aliases).
    `beside` is the locked version where other versions of it are locked too: those must stay.
    """

    tool: str
    name: str
    target: str
    direct: bool = False
    allowed: bool = True
    dev: bool = False
    root: bool = True
    projects: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    beside: str = ""
    real: str = ""


def tool_of(module: str, start: str) -> str:
    """Name the tool that makes a kind of lock, by the module that reads it and the lock's first lines."""
    if module == "requirements":
        return "uv pip" if "uv pip compile" in start else "pip-compile" if "pip-compile" in start else "pip"
    if module == "yarn_lock":
        return "yarn berry" if "__metadata:" in start else "yarn"
    return _TOOLS.get(module, "")


_TOOLS = {
    "dockerfile": "file", "package_lock": "npm", "pdm_lock": "pdm", "pipfile_lock": "pipenv",
    "pnpm_lock": "pnpm", "poetry_lock": "poetry", "uv_lock": "uv", "workflow": "file",
}  # fmt: skip


def command(upgrade: Upgrade) -> str:
    """Give what to type, or what to write and then to type, as a clause; empty where no tool is known."""
    made = _COMMANDS.get(upgrade.tool)
    return made(upgrade) if made else ""


def _run(*words: str) -> str:
    return f"run `{shlex.join(words)}`"


def _pinned(upgrade: Upgrade, sign: str = "==") -> str:
    return f"{upgrade.name}{sign}{upgrade.target}"


def _uv(upgrade: Upgrade) -> str:
    again = _run("uv", "lock", "--upgrade-package", _pinned(upgrade))
    if upgrade.allowed or upgrade.direct:
        return again
    return f'add `"{_pinned(upgrade, ">=")}"` to `override-dependencies` of `[tool.uv]` and run `uv lock`'


def _poetry(upgrade: Upgrade) -> str:
    again = _run("poetry", "update", *(() if upgrade.allowed else upgrade.parents), upgrade.name)
    if not upgrade.direct or upgrade.allowed:
        return again
    if upgrade.dev:  # nobody but the manifest knows its group
        return f"raise what the project asks for to `{_pinned(upgrade, '>=')}` and {again}"
    return _run("poetry", "add", _pinned(upgrade, "@^"))


def _pdm(upgrade: Upgrade) -> str:
    if upgrade.direct:
        return _run("pdm", "update", *(() if upgrade.allowed else ("--unconstrained",)), upgrade.name)
    text = f'{upgrade.name} = ">={upgrade.target}"'
    return f"write `{text}` below `[tool.pdm.resolution.overrides]` and run `pdm lock`"


def _pipenv(upgrade: Upgrade) -> str:
    return _run("pipenv", "upgrade", *(("--dev",) if upgrade.dev else ()), _pinned(upgrade))


def _uv_pip(upgrade: Upgrade) -> str:
    again = _run("uv", "pip", "compile", "--upgrade-package", _pinned(upgrade))
    return f"{again} with the arguments that its first lines name"


def _pip_compile(upgrade: Upgrade) -> str:
    again = _run("pip-compile", "--upgrade-package", _pinned(upgrade))
    return f"{again} with the arguments that its first lines name"


def _write(upgrade: Upgrade) -> str:
    return f"write `{_pinned(upgrade)}` there, with its hashes if the others have them"


def _file(upgrade: Upgrade) -> str:
    return f"write `{_pinned(upgrade, '@')}` there, by its commit if the others are"


def _npm(upgrade: Upgrade) -> str:
    if upgrade.allowed:
        return _run("npm", "update", upgrade.name)
    if not upgrade.direct:
        return _override(upgrade, "npm", _with_major(upgrade))
    where = [word for name in upgrade.projects for word in ("-w", name)]
    if upgrade.projects and upgrade.root:
        where.append("--include-workspace-root")
    return _run("npm", "install", *(("--save-dev",) if upgrade.dev else ()), *where, _node(upgrade))


def _pnpm(upgrade: Upgrade) -> str:
    if upgrade.direct:
        return _run("pnpm", *(("-r",) if upgrade.projects else ()), "update", _node(upgrade))
    return _override(upgrade, "pnpm", _with_major(upgrade))


def _yarn(upgrade: Upgrade) -> str:
    if upgrade.direct and not upgrade.root and not upgrade.projects:  # yarn 1 locks no workspaces
        asks = "in the package.json of the project that asks for it"
        return f"write `{_node(upgrade)}` {asks}, and {_run('yarn', 'install')}"
    if upgrade.direct:
        ask = ("upgrade", _node(upgrade))
        every: list[tuple[str, ...]] = [("workspace", name) for name in upgrade.projects]
        every += [()] if upgrade.root else []
        return " and ".join(_run("yarn", *where, *ask) for where in every)
    if upgrade.allowed:  # an override would outlive its reason
        return f"remove this entry from yarn.lock and {_run('yarn', 'install')}"
    return _override(upgrade, "yarn", _below_parents(upgrade, "**/"))


def _berry(upgrade: Upgrade) -> str:
    if upgrade.direct:
        return _run("yarn", "up", _node(upgrade))
    if upgrade.allowed:
        return _run("yarn", "up", "-R", upgrade.name)
    return _override(upgrade, "yarn", _below_parents(upgrade))


def _node(upgrade: Upgrade) -> str:
    return f"{upgrade.name}@{_wanted(upgrade)}"


def _wanted(upgrade: Upgrade) -> str:
    """Name the package behind an alias: a registry may have another one of the alias's own name."""
    return f"npm:{upgrade.real}@{upgrade.target}" if upgrade.real else upgrade.target


def _with_major(upgrade: Upgrade) -> tuple[str, ...]:
    """Name it by its major version where others are to stay; npm and pnpm compare that with each range."""
    return (f"{upgrade.name}@{upgrade.beside.partition('.')[0]}" if upgrade.beside else upgrade.name,)


def _below_parents(upgrade: Upgrade, before: str = "") -> tuple[str, ...]:
    """Name it by who needs it where others are to stay, as yarn knows no versions there."""
    return tuple(f"{before}{name}/{upgrade.name}" for name in upgrade.parents if upgrade.beside) or (
        upgrade.name,
    )


def _override(upgrade: Upgrade, tool: str, selectors: tuple[str, ...]) -> str:
    """Overrule the ranges of those who need it, in package.json."""
    text = ", ".join(f'"{selector}": "{_wanted(upgrade)}"' for selector in selectors)
    return f"add `{text}` to `{_OVERRIDES[tool]}` in package.json and run `{_INSTALL[tool]}`"


_COMMANDS: dict[str, Callable[[Upgrade], str]] = {
    "file": _file, "npm": _npm, "pdm": _pdm, "pip": _write, "pip-compile": _pip_compile, "pipenv": _pipenv,
    "pnpm": _pnpm, "poetry": _poetry, "uv": _uv, "uv pip": _uv_pip, "yarn": _yarn, "yarn berry": _berry,
}  # fmt: skip
