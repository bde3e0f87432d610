"""Random files that declare a registry: an edit is one stretch of one file, it parses, and once is enough."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.codebase.in_place.source import Source
from remediator.codebase.in_place.worlds import parses
from remediator.core.pull_request import Draft, Instruction
from tests.codebase.in_place_editing import link, made, network_id, switch, zone_id
from tests.search.effort import search

WORDS = st.text(st.sampled_from("abcxyzäöü漢字😀 -_#/"), min_size=1, max_size=12)


@dataclass(frozen=True)
class Shape:
    """How a file is laid out."""

    ending: str
    mark: str
    last: str
    unit: str
    comment: str
    blank: bool


SHAPES = st.builds(
    Shape,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(["", "\n", "\n\n"]),
    st.sampled_from(["  ", "    ", "\t"]),
    WORDS,
    st.booleans(),
)
SWITCHES = st.sampled_from(
    [
        {"publicNetworkAccess": "Disabled"},
        {"publicNetworkAccess": "Enabled"},
        {"defaultAction": "Deny"},
        {"bypass": "None"},
        {"ipRules": ["203.0.113.9"]},
        {"ipRules": []},
    ]
)


def bicep(shape: Shape, access: str | None, rules: list[str], before: list[str]) -> str:
    """A Bicep file with a registry among other things."""
    unit = shape.unit
    lines = [f"// {shape.comment}", f"param note string = '{shape.comment}'", *(f"// {word}" for word in before), ""]
    lines += ["resource acr 'Microsoft.ContainerRegistry/registries@2023-07-01' = {", f"{unit}name: 'acrshop'"]
    lines += [f"{unit}sku: {{", f"{unit * 2}name: 'Premium' // {shape.comment}", f"{unit}}}"]
    lines += [""] * shape.blank + [f"{unit}properties: {{", f"{unit * 2}adminUserEnabled: false"]
    if access:
        lines.append(f"{unit * 2}publicNetworkAccess: '{access}' // {shape.comment}")
    if rules:
        lines += [f"{unit * 2}networkRuleSet: {{", f"{unit * 3}defaultAction: 'Deny'", f"{unit * 3}ipRules: ["]
        lines += [f"{unit * 4}{{ action: 'Allow', value: '{rule}' }}" for rule in rules]
        lines += [f"{unit * 3}]", f"{unit * 2}}}"]
    lines += [f"{unit}}}", "}", "", f"/* {shape.comment.replace('/', '')} */"]
    lines += [
        "resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {",
        f"{unit}name: 'privatelink.azurecr.io'",
    ]
    return _laid_out([*lines, "}"], shape)


def terraform(shape: Shape, access: str | None, rules: list[str], before: list[str]) -> str:
    """A Terraform file with a registry among other things."""
    unit = shape.unit
    lines = [
        f"# {shape.comment}",
        "locals {",
        f'{unit}note = "{shape.comment}"',
        "}",
        *(f"# {word}" for word in before),
    ]
    lines += ["", 'resource "azurerm_container_registry" "acr" {', f'{unit}name                = "acrshop"']
    lines += [f'{unit}resource_group_name = "rg-app"', f'{unit}sku                 = "Premium" // {shape.comment}']
    if access:
        flag = str(access == "Enabled").lower()
        lines += [""] * shape.blank + [f"{unit}public_network_access_enabled = {flag} # {shape.comment}"]
    if rules:
        lines += ["", f"{unit}network_rule_set {{", f'{unit * 2}default_action = "Deny"']
        for rule in rules:
            lines += [f"{unit * 2}ip_rule {{", f'{unit * 3}action   = "Allow"', f'{unit * 3}ip_range = "{rule}"']
            lines.append(f"{unit * 2}}}")
        lines.append(f"{unit}}}")
    lines += ["}", "", 'resource "azurerm_private_dns_zone" "zone" {', f'{unit}name = "privatelink.azurecr.io"']
    return _laid_out([*lines, f'{unit}resource_group_name = "rg-app"', "}"], shape)


def _laid_out(lines: list[str], shape: Shape) -> str:
    return shape.mark + ("\n".join(lines) + shape.last).replace("\n", shape.ending)


@pytest.mark.parametrize("path", ["main.bicep", "main.tf"])
@search(60)
@given(
    shape=SHAPES,
    access=st.sampled_from([None, "Enabled", "Disabled"]),
    rules=st.lists(st.sampled_from(["198.51.100.7", "198.51.100.0/24", "203.0.113.9"]), max_size=3, unique=True),
    before=st.lists(WORDS, max_size=3),
    wanted=SWITCHES,
    linked=st.booleans(),
)
def test_an_edit_changes_one_stretch(
    path: str, shape: Shape, access: str | None, rules: list[str], before: list[str], wanted: object, linked: bool
) -> None:
    """What stands before and after the edit keeps its bytes, new lines end as the file's do, and once is enough."""
    text = (bicep if path.endswith("bicep") else terraform)(shape, access, rules, before)
    assert parses(Source.of(path, text))
    change = link(zone_id(), network_id()) if linked else switch(**wanted)  # type: ignore[arg-type]
    found = made({path: text}, change)
    if isinstance(found, Instruction):
        assert found.code == "code-says-so-already", found.reason
        return
    after = _only_text(found, path)
    start, end = _common(text, after), _common(text[::-1], after[::-1])
    kept = min(start + end, len(text))
    assert kept >= len(text) - _removed_at_most(wanted, rules, linked=linked)
    put = after[start : len(after) - max(0, min(end, len(after) - start))]
    if shape.ending == "\r\n":
        assert put.count("\n") == put.count("\r\n") + put.startswith("\n")
    else:
        assert "\r" not in put
    assert parses(Source.of(path, after))
    again = made({path: after}, change)
    assert isinstance(again, Instruction) and again.code == "code-says-so-already"


def _only_text(found: Draft, path: str) -> str:
    (commit,) = found.commits
    (file,) = commit.files
    assert file.path == path and file.text is not None
    return file.text


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _removed_at_most(wanted: object, rules: list[str], *, linked: bool) -> int:
    """How many signs an edit may replace: a word, or the address rules."""
    if linked:
        return 0
    assert isinstance(wanted, dict)
    return 130 * len(rules) if "ipRules" in wanted else len("AzureServices")


@search(80)
@given(
    text=st.text(st.sampled_from("resource azurerm_container_registry acrshop'\"{}[]()=:,\n\t#/*$@é漢."), max_size=300)
)
def test_odd_text_is_never_edited_nor_raises(text: str) -> None:
    """Whatever stands in a file, the editor answers; what does not parse is not edited."""
    for path in ("main.bicep", "main.tf"):
        files = {path: text}
        found = made(files, switch(publicNetworkAccess="Disabled"))
        if not parses(Source.of(path, text)):
            assert isinstance(found, Instruction)
