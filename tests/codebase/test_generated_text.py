"""Any text from outside stays a plain text in both languages: no name ends a string or begins an expression."""

from __future__ import annotations

import string
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tfparse
from hypothesis import given
from hypothesis import strategies as st

from remediator.codebase.generated import bicep_text, marks, terraform_text
from remediator.core.code_home import Language
from remediator.core.pull_request import Tree
from remediator.core.resource_id import ResourceId
from tests.codebase.bicep_deployment import parsed, text_of
from tests.codebase.drafting import home, task_of, written
from tests.codebase.oracles import flaws
from tests.estate_builder import EstateBuilder, closed_without_endpoint
from tests.search.effort import search

MARKS = ["'", '"', "\\", "${", "%{", "}", "{{", "$", "%", "//", "/*", "#", "'''", "~~~"]
NASTY = [*MARKS, "\n", "\r", "\t", "\u2028", "\x85", "é", "雲", "😀"]
texts = st.lists(st.sampled_from([*NASTY, *string.ascii_letters, " ", "-", "."]), max_size=12).map("".join) | st.text()


@search(150)
@given(st.lists(texts, min_size=1, max_size=3))
def test_bicep_literals_mean_their_text(held: list[str]) -> None:
    """pycep and tree-sitter read each literal as one string, and what follows it as what it is."""
    lines = [f"var x{n} = {bicep_text.literal(text)}\n" for n, text in enumerate(held)]
    text = "".join((*lines, "var last = 'here'\n"))
    found = parsed(text)["variables"]
    assert [text_of(found[f"x{n}"]["value"]) for n in range(len(held))] == held
    assert found["last"]["value"] == "here"
    assert flaws(text, ".bicep") == []


@search(60)
@given(st.lists(texts, min_size=1, max_size=3))
def test_terraform_literals_mean_their_text(held: list[str]) -> None:
    """tfparse evaluates each literal to the text, without calling anything."""
    body = [(f"x{n}", text) for n, text in enumerate(held)]
    text = terraform_text.block(terraform_text.Block(("resource", "null_resource", "x"), [*body, ("last", "here")]))
    with TemporaryDirectory() as folder:
        Path(folder, "x.tf").write_text(text)
        (found,) = tfparse.load_from_path(folder)["null_resource"]
    assert [found[f"x{n}"] for n in range(len(held))] == held
    assert found["last"] == "here"
    assert flaws(text, ".tf") == []


@search(100)
@given(texts)
def test_keys_and_lists_are_plain_too(text: str) -> None:
    """A key of a map and an entry of a list are quoted where they are more than a word."""
    written_so = f"var x = {bicep_text.value({text: [text, True, 3], text + '2': {}, text + '3': []})}\n"
    found = parsed(written_so)["variables"]["x"]["value"]
    assert flaws(written_so, ".bicep") == []
    assert [text_of(item) if isinstance(item, str) else item for item in next(iter(found.values()))] == [text, True, 3]


@search(100)
@given(texts)
def test_a_comment_ends_with_its_line(text: str) -> None:
    """Nothing in a comment can end it: one line stays one line, for every reader of lines."""
    for language in Language:
        assert len(marks.comment(language, text).splitlines()) == 1


names = texts.filter(lambda text: text == text.strip() and "/" not in text and text.strip("."))


names_in_azure = names.filter(lambda text: text.isprintable() and not set(text) & set("'\\"))


def renamed(network: str, group: str) -> EstateBuilder:
    """The first incident, where somebody has chosen the names of a network and a resource group."""
    builder = closed_without_endpoint()
    made = [_with(body, {"vnet-spoke": network, "rg-app": group}) for body in builder.bodies.values()]
    builder.bodies = {body["id"].lower(): body for body in made}
    return builder


def _with(held: Any, chosen: dict[str, str]) -> Any:
    if isinstance(held, dict):
        return {key: _with(item, chosen) for key, item in held.items()}
    if isinstance(held, list):
        return [_with(item, chosen) for item in held]
    if isinstance(held, str):
        return "/".join(chosen.get(part, part) for part in held.split("/"))
    return held


@search(25)
@given(names, names)
def test_names_of_resources_stay_names(network: str, group: str) -> None:
    """Whatever a network and a group are called, both languages' files parse and name them exactly so."""
    task = task_of(renamed(network, group))
    if len(task.plan.changes) != 4:
        return  # the name is one that the facts do not take for one
    _, files = written(task, home())
    assert [path for path, text in files.items() if flaws(text, ".bicep")] == []
    links = next(text for path, text in files.items() if "/links-" in path)
    named = [text_of(one["config"]["name"]) for one in parsed(links)["resources"].values()]
    assert network in named
    scopes = [one["config"]["scope"]["function"]["parameters"] for one in _modules(files)]
    assert {text_of(scope["resource_group_name"]) for scope in scopes} == {group}
    _, files = written(task, home(Language.TERRAFORM))
    assert [path for path, text in files.items() if flaws(text, ".tf")] == []
    with TemporaryDirectory() as folder:
        for path, text in files.items():
            Path(folder, path.rpartition("/")[2]).write_text(text)
        read = tfparse.load_from_path(folder)
    assert {one["resource_group_name"] for one in read["azurerm_private_endpoint"]} == {group}


def _modules(files: dict[str, str]) -> list[Any]:
    return list(parsed(files["privatelink/shop/main.bicep"])["modules"].values())


@search(25)
@given(names_in_azure, names_in_azure)
def test_names_are_read_back(network: str, group: str) -> None:
    """What a folder declares is read back from its comments whatever the names are: again there is nothing to write."""
    task = task_of(renamed(network, group))
    for language in Language:
        if task.plan:
            _, files = written(task, home(language))
            again, _ = written(task, home(language), files)
            assert again.commits == ()


def test_an_id_in_a_comment_is_read_back() -> None:
    """The mark above a resource gives its id, and whether it was there before."""
    rid = ResourceId("/subscriptions/s/resourceGroups/r (1)/providers/Microsoft.Network/privateDnsZones/a.b")
    for language in Language:
        for adopted in (True, False):
            text = marks.header(language, "x") + "\n" + marks.mark(language, rid, adopted=adopted)
            path = f"privatelink/x/y{marks.ENDINGS[language]}"
            found = marks.declared(Tree("c0ffee", {path: text}), home(language))
            assert [(mark.id, mark.adopted) for mark in found["x"].values()] == [(rid, adopted)]
