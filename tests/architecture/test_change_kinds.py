"""A kind of change is whole: ordered, foreseen, read, made, taken back, and tried against the sandbox."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.core import effect, plan
from remediator.core.change import ChangeKind
from remediator.facts import live
from tests.architecture.house import PACKAGE, ROOT, pages, parsed, relative, text_of

AZURE = PACKAGE / "adapters" / "azure"
CONTRACT = ROOT / "tests" / "adapters" / "azure"
_KIND = re.compile(r"`((?:create|update|delete|approve)-[a-z-]+)`")


def _named_in(path: Path, function: str) -> Iterator[ChangeKind]:
    """The kinds that a function of a module names."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and inner.attr in ChangeKind.__members__:
                    yield ChangeKind[inner.attr]


def test_every_kind_has_a_place_in_the_order() -> None:
    """plan.ORDER holds every kind once."""
    assert sorted(plan.ORDER) == sorted(ChangeKind)


def test_every_kind_has_an_effect() -> None:
    """Foresight knows what each kind of change does."""
    assert set(effect._EFFECTS) == set(ChangeKind)


def test_every_kind_can_be_compared_with_what_is_there() -> None:
    """For each kind a live body can be read as a document of the change."""
    assert set(live._READERS) == set(ChangeKind)


def test_every_kind_is_made() -> None:
    """The applier has a branch for each kind."""
    assert set(_named_in(AZURE / "applier.py", "_write")) == set(ChangeKind)


def test_every_kind_is_taken_back_or_says_that_it_cannot_be() -> None:
    """The undo names each kind: as one that it deletes again, one that it restores, or one without a way back."""
    named = {kind for name in ("check_undo", "_delete", "_restore") for kind in _named_in(AZURE / "undo.py", name)}
    from remediator.adapters.azure.undo import NO_WAY_BACK

    assert named | set(NO_WAY_BACK) == set(ChangeKind)


def test_every_kind_is_tried_against_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """The applier's contract, which makes and takes back each of its cases on the sandbox, has a case for each kind."""
    monkeypatch.syspath_prepend(str(CONTRACT))
    from azure_change_cases import CASES

    assert {case.kind for case in CASES.values()} == set(ChangeKind)
    assert "params=list(CASES)" in text_of(CONTRACT / "test_azure_applier_contract.py")


def test_pages_name_only_kinds_that_exist() -> None:
    """Every `create-…`, `update-…`, `delete-…` and `approve-…` in a page is a kind of change."""
    named = [(relative(page), kind) for page in pages() for kind in _KIND.findall(text_of(page))]
    assert named
    assert [one for one in named if one[1] not in set(ChangeKind)] == []
