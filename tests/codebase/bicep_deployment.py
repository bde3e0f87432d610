"""Deploys generated Bicep into the sandbox: what Azure would do with it, as far as the files use the language.

Files are read with pycep-parser; only what they may hold is understood, and anything else is an error. A deployment
PUTs each resource once, in the order of its dependencies, and deletes nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pycep import BicepParser

from remediator.core.cloud import cloud_named
from remediator.sandbox.azure import Azure

Body = dict[str, Any]
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
# Where a plain word is the name of something, not a text: pycep gives both alike.
NAMES = ("parent", "scope", "tags", "policyAssignmentId")


@cache
def _parser() -> BicepParser:
    return BicepParser()


def parsed(text: str) -> Body:
    """What pycep understands of a file."""
    return dict(_parser().parse(text=text))


def text_of(literal: str) -> str:
    """The text that a literal means."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), literal)


@dataclass
class Arm:
    """Resource Manager of the sandbox, asked as a deployment asks it."""

    azure: Azure
    puts: list[tuple[str, str, Body]] = field(default_factory=list)

    def put(self, rid: str, version: str, body: Body) -> None:
        """Write a resource and wait for it."""
        self.puts.append((rid, version, body))
        answer = self._ask("PUT", f"{self._host}{rid}?api-version={version}", body)
        assert answer.status in (200, 201, 202), (rid, answer.status, answer.body)
        operation = {k.lower(): v for k, v in answer.headers.items()}.get("azure-asyncoperation")
        for _ in range(20):
            if operation is None:
                return
            state = json.loads(self._ask("GET", operation).body)["status"]
            assert state not in ("Failed", "Canceled"), (rid, state)
            if state == "Succeeded":
                return
        raise AssertionError(f"{rid} was not written")

    @property
    def _host(self) -> str:
        return cloud_named(self.azure.cloud).resource_manager

    def _ask(self, method: str, url: str, body: Body | None = None) -> Any:
        sent = json.dumps(body).encode() if body is not None else b""
        headers = {"Authorization": "Bearer t", "Content-Type": "application/json"}
        return self.azure.handle(method, url, headers, sent)


def deploy(files: dict[str, str], folder: str, azure: Azure, **parameters: str) -> list[str]:
    """Deploy `main.bicep` of a folder; returns the ids that were written, in order."""
    return [rid for rid, _, _ in bodies(files, folder, azure, **parameters)]


def bodies(files: dict[str, str], folder: str, azure: Azure, **parameters: str) -> list[tuple[str, str, Body]]:
    """Deploy it; returns what was written, in order: id, version and body."""
    arm = Arm(azure)
    main = parsed(files[f"{folder}/main.bicep"])
    assert main["globals"]["scope"]["value"] == "subscription"
    known = {name: _id(one["config"], one["type"], {}, "") for name, one in main.get("resources", {}).items()}
    for name in _in_order({name: one["config"].get("dependsOn", []) for name, one in main["modules"].items()}):
        module = main["modules"][name]
        given = {
            key: _given(held, known, azure, parameters) for key, held in module["config"].get("params", {}).items()
        }
        _deploy_file(files[f"{folder}/{module['detail']['path']}"], _scope(module["config"]["scope"]), given, arm)
    return arm.puts


def _given(held: Any, known: dict[str, str], azure: Azure, parameters: dict[str, str]) -> Any:
    """The value of a module's parameter: one of main's own, or the tags of a resource as it is now."""
    if isinstance(held, str):
        return parameters.get(held, "")
    operands = held["operator"]["operands"]
    assert operands["operand_2"]["operator"]["operands"] == {"operand_1": "tags", "operand_2": {}}
    return (azure.resource(known[operands["operand_1"]]) or {}).get("tags") or {}


def _deploy_file(text: str, group: str, given: Body, arm: Arm) -> None:
    module = parsed(text)
    resources = module["resources"]
    assert set(module.get("parameters", {})) == set(given)
    ids: dict[str, str] = {}
    for name in _in_order({name: _needs(one, resources) for name, one in resources.items()}):
        one = resources[name]
        config, condition = one["config"], one["config"].get("condition")
        if condition is not None:
            config = config["config"]
        ids[name] = _id(config, one["type"], ids, group)
        wanted = condition is None or bool(
            given[condition["operator"]["operands"]["bool_value"]["function"]["parameters"]["item_to_test"]]
        )
        if not one["existing"] and wanted:
            body = {
                key: _value(held, ids, given, key)
                for key, held in config.items()
                if key not in ("parent", "name", "scope", "dependsOn")
            }
            arm.put(ids[name], one["api_version"], body)


def _needs(one: Body, resources: Body) -> list[str]:
    words = set(re.findall(r"[A-Za-z_]\w*", json.dumps(one["config"])))
    return [name for name in resources if name in words and resources[name] is not one]


def _in_order(needs: dict[str, list[str]]) -> list[str]:
    done: list[str] = []
    while len(done) < len(needs):
        ready = [name for name in needs if name not in done and set(needs[name]) <= set(done)]
        assert ready, f"a circle in {needs}"
        done.append(ready[-1])  # Azure may take any order that the dependencies allow, so take the worst
    return done


def _scope(held: Body) -> str:
    given = held["function"]["parameters"]
    return f"/subscriptions/{given['subscription_id']}/resourceGroups/{text_of(given['resource_group_name'])}"


def _id(config: Body, kind: str, ids: dict[str, str], group: str) -> str:
    name = text_of(config["name"])
    if "parent" in config:
        return f"{ids[config['parent']]}/{kind.rpartition('/')[2]}/{name}"
    scope = config.get("scope")
    if isinstance(scope, str):
        return f"{ids[scope]}/providers/{kind}/{name}"
    provider, *levels = kind.split("/")
    tail = "/".join(f"{level}/{part}" for level, part in zip(levels, name.split("/"), strict=True))
    return f"{_scope(scope) if scope else group}/providers/{provider}/{tail}"


def _value(held: Any, ids: dict[str, str], given: Body, key: str = "") -> Any:
    if isinstance(held, list):
        return [_value(item, ids, given) for item in held]
    if isinstance(held, str):
        return given[held] if key in NAMES else text_of(held)
    if not isinstance(held, dict):
        return held
    if "operator" in held:
        operands = held["operator"]["operands"]
        assert (held["operator"]["type"], operands["operand_2"]) == ("property_accessor", "id")
        return ids[operands["operand_1"]]
    return {text_of(name.strip("'")): _value(item, ids, given, name) for name, item in held.items()}
