"""One place knows the addresses of Azure's clouds; everybody else asks it, or reads them from Azure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.house import PACKAGE, modules, parsed, relative

# Hosts that differ from cloud to cloud.
HOST = re.compile(
    r"azurecr\.(?:io|cn|us)|management\.(?:azure|chinacloudapi|usgovcloudapi)|login\.(?:microsoftonline|chinacloudapi)"
    r"|portal\.azure|(?:core|vault)\.(?:windows|azure|chinacloudapi|usgovcloudapi)\.",
    re.IGNORECASE,
)
HOME = "remediator/core/cloud.py"
# Error texts of every cloud are recognised by their words.
READERS = ("remediator/core/pull_context.py", "remediator/core/pull_reference.py", "remediator/core/pull_words.py")


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                yield first.value


def _hosts(path: Path) -> list[str]:
    tree = parsed(path)
    described = set(_docstrings(tree))
    texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n not in described)
    return [text for text in texts if isinstance(text, str) and HOST.search(text.replace("\\", ""))]


def test_only_one_module_knows_the_addresses_of_clouds() -> None:
    """No other module has a cloud's host in a text: login servers come from bodies, the rest from `core/cloud.py`."""
    found = {relative(path): hosts for path in modules(sandbox=False) if (hosts := _hosts(path))}
    assert HOME in found
    assert {name: hosts for name, hosts in found.items() if name not in (HOME, *READERS)} == {}


def test_nothing_asks_azure_for_a_trial_deployment() -> None:
    """What-if needs rights to write and shows noise: the program compares what it read, and never asks for one."""
    words = re.compile(r"what-?if|resources/deployments", re.IGNORECASE)
    found = {
        relative(path)
        for path in modules(sandbox=False)
        if PACKAGE / "signals" not in path.parents
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and words.search(node.value)
    }
    assert found == set()
