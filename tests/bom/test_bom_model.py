"""Bills made of locks."""

from dataclasses import replace

from bom.bills import bill, npm, python
from lockgate.bom.model import make
from lockgate.inventory.model import Component, Inventory, Need, Place, Scope


def test_copies_of_one_version_are_one_part_with_the_edges_of_all() -> None:
    (b,) = [part for part in bill().parts if part.name == "b"]
    assert b.scope is Scope.RUNTIME
    assert b.places == (Place("web/package-lock.json", 7), Place("web/package-lock.json", 9))
    assert [need.partition("?")[0] for need in b.needs] == ["pkg:npm/JSONStream@1.3.5", "pkg:npm/c@0.0.1"]
    assert len(b.files) == 1


def test_projects_are_below_the_root_and_parts_below_them() -> None:
    api, web = bill().projects
    assert (api.ref, api.name, api.version) == ("lock:api/requirements.txt", "api", "")
    assert (api.graph, api.complete) == (False, False)
    assert (web.graph, web.complete) == (True, True)
    assert web.needs == ("lock:web/package-lock.json#packages/ui", "pkg:npm/%40scope/a@1.0.0")


def test_one_lock_alone_gives_the_same_parts_as_in_the_merged_bill() -> None:
    merged = {part.ref: part for part in bill().parts}
    alone = [part for lock in (npm(), python()) for part in make([lock], name="shop").parts]
    assert {part.ref: part for part in alone} == merged


def test_what_two_locks_share_is_one_part() -> None:
    other = replace(npm(), path="admin/package-lock.json")
    bom = make([npm(), other], name="shop")
    (c,) = [part for part in bom.parts if part.name == "c"]
    assert [place.path for place in c.places] == ["admin/package-lock.json", "web/package-lock.json"]
    assert len([part for part in bom.parts if part.name == "ui"]) == 2  # each is of its own tree


def lock(needs: dict[str, list[str]], asked: list[str]) -> Inventory:
    components = tuple(
        Component(
            key=key,
            ecosystem="npm",
            name=key,
            version="1",
            line=1,
            needs=tuple(Need(each) for each in others),
        )
        for key, others in needs.items()
    )
    return Inventory(
        path="package-lock.json", kind="package-lock.json", ecosystem="npm",
        needs=tuple(Need(each) for each in asked), components=components,
    )  # fmt: skip


def test_what_nothing_explains_hangs_on_the_project() -> None:
    needs = {"a": [], "lost": ["deep"], "deep": [], "one": ["two"], "two": ["one"]}
    (project,) = make([lock(needs, ["a"])], name="x").projects
    assert project.needs == ("pkg:npm/a@1", "pkg:npm/lost@1", "pkg:npm/one@1")


def test_a_need_of_nothing_makes_the_project_incomplete() -> None:
    bom = make([lock({"a": ["gone"], "b": ["a"]}, ["b"])], name="x")
    assert [project.complete for project in bom.projects] == [False]
    assert [part.needs for part in bom.parts] == [(), ("pkg:npm/a@1",)]


def test_a_long_chain_needs_no_recursion() -> None:
    needs = {str(n): [str(n + 1)] for n in range(5000)} | {"5000": []}
    assert make([lock(needs, ["0"])], name="x").projects[0].needs == ("pkg:npm/0@1",)
