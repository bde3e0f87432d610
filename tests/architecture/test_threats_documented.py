"""SECURITY.md is a threat model: threat, defence, and tests that attack the defence."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.house import ROOT, parsed, text_of

PAGE = ROOT / "SECURITY.md"
ROW = re.compile(r"^\| (?!threat|---)(.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
THREATS = ROW.findall(text_of(PAGE))


def test_threats_are_listed_once() -> None:
    """The table has threats, each once."""
    assert len(THREATS) >= 20
    assert len({threat for threat, _, _ in THREATS}) == len(THREATS)


@pytest.mark.parametrize(("threat", "tests"), [(threat, tests) for threat, _, tests in THREATS])
def test_a_threat_has_its_tests(threat: str, tests: str) -> None:
    """Beside each defence stand tests, and every one of them is there."""
    named = TEST.findall(tests)
    assert named, threat
    for file, function in named:
        there = {node.name for node in parsed(ROOT / "tests" / file).body if isinstance(node, ast.FunctionDef)}
        assert function in there, f"{file} has no {function}"
