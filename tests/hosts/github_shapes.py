"""What GitHub's own OpenAPI says of a request and its answer.

The document is npm's `@octokit/openapi` (`api.github.com.json`), of which only the used operations are kept, once for a
run. Its schemas are those of OpenAPI 3.0; `nullable` is turned into JSON Schema here. Answers are checked as they are
sent; `complete` fills in the many fields that a stand-in has no opinion about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import jsonschema

from tests.architecture.house import ROOT

DOCUMENT = ROOT / "node_modules/@octokit/openapi/generated/api.github.com.json"
REPO = "/repos/{owner}/{repo}"
OPERATIONS: tuple[tuple[str, str], ...] = (
    ("POST", "/app/installations/{installation_id}/access_tokens"),
    ("GET", REPO),
    ("GET", f"{REPO}/git/ref/{{ref}}"),
    ("GET", f"{REPO}/git/trees/{{tree_sha}}"),
    ("GET", f"{REPO}/git/blobs/{{file_sha}}"),
    ("GET", f"{REPO}/git/commits/{{commit_sha}}"),
    ("POST", f"{REPO}/git/blobs"),
    ("POST", f"{REPO}/git/trees"),
    ("POST", f"{REPO}/git/commits"),
    ("POST", f"{REPO}/git/refs"),
    ("GET", f"{REPO}/compare/{{basehead}}"),
    ("GET", f"{REPO}/pulls"),
    ("POST", f"{REPO}/pulls"),
    ("GET", f"{REPO}/pulls/{{pull_number}}"),
    ("PATCH", f"{REPO}/pulls/{{pull_number}}"),
    ("POST", f"{REPO}/issues/{{issue_number}}/labels"),
    ("GET", f"{REPO}/issues/{{issue_number}}/comments"),
    ("POST", f"{REPO}/issues/{{issue_number}}/comments"),
    ("POST", f"{REPO}/pulls/{{pull_number}}/requested_reviewers"),
    ("GET", f"{REPO}/pulls/{{pull_number}}/reviews"),
)
# Answered by every operation, though the document does not list them everywhere.
_ANYWHERE = (301, 302, 307, 401, 403, 404, 409, 422, 429, 500, 502, 503)
_DEFAULTS: Mapping[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}
_JSON = "application/json"


class Violation(AssertionError):
    """A request or an answer is not what GitHub's document says."""


class Shapes:
    """The used operations with the schemas that they refer to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.operations = {(verb, path): document["paths"][path][verb.lower()] for verb, path in OPERATIONS}
        self._components: dict[str, Any] = {}
        for operation in self.operations.values():
            self._keep(operation, document)
        self._components = _as_json_schema(self._components)
        self.operations = _as_json_schema(self.operations)
        self._checkers: dict[str, jsonschema.Draft202012Validator] = {}

    def check_request(self, verb: str, path: str, query: str, body: Any) -> None:
        """`Violation` where GitHub's document knows no such parameter or field, or another type of it."""
        operation = self.operations[verb, path]
        known = {self._at(one)["name"]: self._at(one) for one in operation.get("parameters", ())}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name not in known or known[name]["in"] != "query":
                raise Violation(f"{verb} {path}: there is no parameter {name}")
            wanted = self._at(known[name]["schema"])
            self._check(f"{verb} {path} {name}", wanted, int(value) if wanted.get("type") == "integer" else value)
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            if body is not None:
                raise Violation(f"{verb} {path}: it takes no body")
            return
        if body is None and not operation["requestBody"].get("required"):
            return
        schema = content[_JSON]["schema"]
        self._check(f"{verb} {path}", schema, body)
        if unknown := self._unknown(schema, body):
            raise Violation(f"{verb} {path}: the body has {sorted(unknown)}, which it does not take")

    def check_answer(self, verb: str, path: str, status: int, body: Any) -> None:
        """`Violation` where the document has no such status or another shape of its body."""
        responses = self.operations[verb, path]["responses"]
        if str(status) not in responses:
            if status not in _ANYWHERE:
                raise Violation(f"{verb} {path}: it does not answer {status}")
            schema: Any = {"$ref": "#/components/schemas/basic-error"}
        else:
            content = self._at(responses[str(status)]).get("content", {})
            if _JSON not in content:
                return
            schema = content[_JSON]["schema"]
        self._check(f"{verb} {path} {status}", schema, body)

    def complete(self, verb: str, path: str, status: int, body: Any) -> Any:
        """The body of an answer with everything that the document requires."""
        content = self._at(self.operations[verb, path]["responses"][str(status)]).get("content", {})
        return self._filled(content[_JSON]["schema"], body) if _JSON in content else body

    def _keep(self, node: Any, document: Mapping[str, Any]) -> None:
        """Keep whatever a node refers to."""
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in self._components:
                self._components[reference] = found = _resolved(document, reference)
                self._keep(found, document)
            for name, value in node.items():
                if name not in ("examples", "example"):
                    self._keep(value, document)
        elif isinstance(node, list):
            for value in node:
                self._keep(value, document)

    def _at(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            node = self._components[node["$ref"]]
        return node

    def _check(self, what: str, schema: Any, value: Any) -> None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._checkers:
            root: dict[str, Any] = {"allOf": [schema], "components": {}}
            for reference, found in self._components.items():
                place = root
                *above, last = reference.removeprefix("#/").split("/")
                for name in above:
                    place = place.setdefault(name, {})
                place[last] = found
            self._checkers[key] = jsonschema.Draft202012Validator(root)
        problem = jsonschema.exceptions.best_match(self._checkers[key].iter_errors(value))
        if problem is not None:
            raise Violation(f"{what}: at {problem.json_path}: {problem.message[:300]}")

    def _unknown(self, schema: Any, body: Any) -> set[str]:
        schema = self._at(schema)
        options = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
        known = {name for one in (schema, *map(self._at, options)) for name in one.get("properties", {})}
        return set(body) - known if isinstance(body, dict) and known else set()

    def _filled(self, schema: Any, value: Any) -> Any:
        schema = self._at(schema)
        for name in ("allOf", "anyOf", "oneOf"):
            for option in schema.get(name, ())[: None if name == "allOf" else 1]:
                if value is not None or name == "allOf":
                    value = self._filled(option, value)
        if isinstance(value, dict):
            known = schema.get("properties", {})
            filled = {name: self._filled(known[name], item) if name in known else item for name, item in value.items()}
            for name in schema.get("required", ()):
                if name not in filled:
                    filled[name] = self._default(known.get(name, {}))
            return filled
        if isinstance(value, list) and "items" in schema:
            return [self._filled(schema["items"], item) for item in value]
        return value

    def _default(self, schema: Any) -> Any:
        schema = self._at(schema)
        kinds = schema.get("type", "object")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if "null" in kinds or {"type": "null"} in schema.get("anyOf", ()):
            return None
        if "enum" in schema:
            return schema["enum"][0]
        if kinds[0] == "array":
            return []
        if kinds[0] == "object":
            return self._filled(schema, {})
        return "https://api.github.com/" if schema.get("format") == "uri" else _DEFAULTS[kinds[0]]


@cache
def shapes() -> Shapes:
    """GitHub's document, read once; `FileNotFoundError` without the npm package."""
    return Shapes(json.loads(DOCUMENT.read_bytes()))


def _resolved(document: Mapping[str, Any], reference: str) -> Any:
    place: Any = document
    for name in reference.removeprefix("#/").split("/"):
        place = place[name]
    return place


def _as_json_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: _as_json_schema(one) for name, one in node.items() if name not in ("example", "examples")}
    if made.pop("nullable", False) is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if "enum" in made:
                made["enum"] = [*made["enum"], None]
        else:
            made = {"anyOf": [made, {"type": "null"}]}
    return made
