"""What we send to Resource Graph, and what the sandbox answers, fits Microsoft's own description of it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from remediator.adapters.azure.graph_queries import QUESTIONS
from remediator.adapters.azure.resource_graph import Graph, Scope
from remediator.sandbox import Azure
from remediator.sandbox.estates.fleet import fleet
from tests.adapters.azure.test_row_parts import asking

SPECS = Path(__file__).parents[4] / "shared" / "specs" / "arm-2024.tar.xz"
NAME = "/stable/2022-10-01/resourcegraph.json"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description of July 2024, whose data are of any kind although it says object."""
    if not SPECS.exists():
        pytest.skip(f"{SPECS} is not there: Microsoft's descriptions stand beside the repository")
    with tarfile.open(SPECS) as archive:
        for member in archive:
            if member.name.endswith(NAME):
                file = archive.extractfile(member)
                found: dict[str, Any] = json.load(file) if file else {}
                found["definitions"]["QueryResponse"]["properties"]["data"].pop("type", None)
                return found
    raise AssertionError("the archive has no description of Resource Graph")


def test_requests_and_answers_are_as_described(described: dict[str, Any]) -> None:
    """Every query of a sweep, with its options and scope, and each page of the answer."""
    azure = Azure.from_estate(fleet(20).document())
    seen: list[tuple[str, Any]] = []
    handle = azure.handle

    def watched(method: str, url: str, headers: Any, body: bytes) -> Any:
        answer = handle(method, url, headers, body)
        seen.extend((("QueryRequest", json.loads(body)), ("QueryResponse", json.loads(answer.body))))
        return answer

    azure.handle = watched  # type: ignore[method-assign]
    graph = Graph(asking(azure), lambda _: None)
    for question in QUESTIONS:
        for scope in (Scope(tuple(azure.world.state.subscriptions)), Scope(management_groups=("all",))):
            graph.pages(question.text, scope, lambda _: True)
    assert len(seen) == 4 * len(QUESTIONS)
    for name, document in seen:
        schema = {**described, "$ref": f"#/definitions/{name}"}
        assert [error.message for error in Draft4Validator(schema).iter_errors(document)] == []
