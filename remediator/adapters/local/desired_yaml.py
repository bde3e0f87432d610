"""What has been declared? `ports.DesiredStates` from a YAML document; every mistake is named with its line.

`diagnose` and `sweep` load it afresh each time; `policy check` and `policy schema` show it to a person. What may
stand in it is in `desired_document.py`, and for people in docs/desired-state.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from remediator.adapters.local.desired_document import DesiredDocument
from remediator.core.desired import DesiredState
from remediator.core.errors import Misconfigured, Rejected

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]
MOST_BYTES = 1024 * 1024
MOST_VALUES = 50_000


class DesiredYaml:
    """The document in a file. Without a path, or where `optional` and the file is not there, the defaults stand."""

    def __init__(self, path: Path | None = None, *, optional: bool = False) -> None:
        self._path, self._optional = path, optional

    def load(self) -> DesiredState:
        """As `ports.DesiredStates.load`.

        `Rejected("bad-desired-state")`: `context` holds every mistake by its line ("line 7"); `Misconfigured(
        "desired-state-unreadable")` when the file is not there or cannot be read.
        """
        if self._path is None:
            return DesiredState()
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError as error:
            if self._optional:
                return DesiredState()
            raise self._unreadable("it is not there") from error
        except (OSError, ValueError) as error:
            raise self._unreadable(str(error)) from error
        return parse_desired(text, str(self._path))

    def _unreadable(self, why: str) -> Misconfigured:
        return Misconfigured(
            "desired-state-unreadable",
            f"reading the desired state {self._path}: {why}",
            context={"path": str(self._path)},
            hint="REMEDIATOR_DESIRED_STATE names a UTF-8 file; remove the setting to go without a document",
        )


def parse_desired(text: str, name: str = "the document") -> DesiredState:
    """The desired state of a document's text; `Rejected("bad-desired-state")` as `DesiredYaml.load`."""
    if len(text) > MOST_BYTES:
        raise _rejected(name, {1: [f"the document is longer than {MOST_BYTES} bytes"]})
    reading = _Reading()
    data = reading.read(text)
    document = reading.checked(data)
    if reading.mistakes or document is None:
        raise _rejected(name, reading.mistakes)
    return document.desired()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the document, for editors and `remediator policy schema`."""
    schema = DesiredDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _rejected(name: str, mistakes: Mapping[int, list[str]]) -> Rejected:
    context = {f"line {line}": "; ".join(said) for line, said in sorted(mistakes.items())}
    count = sum(len(said) for said in mistakes.values())
    listed = "".join(f"\n  {line}: {said}" for line, said in context.items())
    return Rejected(
        "bad-desired-state",
        f"reading {name}: {count} {'mistake' if count == 1 else 'mistakes'}{listed}",
        context=context,
        hint="docs/desired-state.md explains every field; `remediator policy schema` prints the JSON Schema",
    )


@dataclass
class _Reading:
    """One pass over one text: where each value stands, and what is wrong so far."""

    lines: dict[Place, int] = field(default_factory=dict)
    mistakes: dict[int, list[str]] = field(default_factory=dict)
    values: int = 0

    def read(self, text: str) -> Any:
        """The plain values of the text; None when it is not even YAML."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            node = YAML(typ="rt", pure=True).compose(text)
            if node is None:
                self._wrong(1, "the document is empty")
                return None
            self._walk(node, ())
            loader = YAML(typ="safe", pure=True)
            loader.allow_duplicate_keys = True
            return loader.load(text)
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            said = getattr(error, "problem", None) or str(error).splitlines()[0]
            self._wrong(mark.line + 1 if mark else 1, f"not YAML: {said}")
        except (ValueError, RecursionError) as error:
            self._wrong(1, f"not YAML: {error}")
        return None

    def checked(self, data: Any) -> DesiredDocument | None:
        """The document of the values; adds what is wrong with it."""
        if data is None and self.mistakes:
            return None
        if not isinstance(data, dict):
            self._wrong(1, "the document must be a mapping that begins with apiVersion and kind")
            return None
        document = None
        try:
            document = DesiredDocument.model_validate(_lists_as_tuples(data))
        except ValidationError as error:
            for detail in error.errors():
                self._wrong(self._line(detail), _said(detail))
        self._matches(data.get("registries"))
        self._environments(data.get("probes"))
        self._code(data.get("code"), data.get("registries"))
        return document

    def _walk(self, node: Any, place: Place) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            raise ValueError(f"more than {MOST_VALUES} values, aliases counted wherever they stand")
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node.id == "sequence":
            for index, item in enumerate(node.value):
                self._walk(item, (*place, index))
        elif node.id == "mapping":
            for key, value in node.value:
                inner, line = (*place, str(key.value)), key.start_mark.line + 1
                if inner in self.lines and key.value != "<<":
                    self._wrong(line, f"{_dotted(inner)}: stands here again, first in line {self.lines[inner]}")
                    continue  # the first one is the one that is read
                self.lines[inner] = line
                self._walk(value, inner)

    def _line(self, detail: ErrorDetails) -> int:
        place: Place = detail["loc"]
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def _matches(self, registries: object) -> None:
        """Entries that can never count: named twice, or after the one for all others."""
        seen: dict[str, int] = {}
        for index, entry in enumerate(registries if isinstance(registries, list) else ()):
            match = entry.get("match") if isinstance(entry, dict) else None
            if not isinstance(match, str):
                continue
            line = self.lines.get(("registries", index, "match"), 1)
            if match.lower() in seen:
                self._wrong(line, f"registries.{index}.match: {match} is matched in line {seen[match.lower()]} already")
            elif "*" in seen:
                self._wrong(line, f'registries.{index}.match: never reached, since "*" stands before it')
            seen.setdefault(match.lower(), line)

    def _environments(self, probes: object) -> None:
        """Environments that have a second probe: only the first would ever be started."""
        seen: dict[str, int] = {}
        for index, entry in enumerate(probes if isinstance(probes, list) else ()):
            named = entry.get("environment") if isinstance(entry, dict) else None
            if not isinstance(named, str):
                continue
            key, line = named.strip().strip("/").lower(), self.lines.get(("probes", index, "environment"), 1)
            if key in seen:
                self._wrong(line, f"probes.{index}.environment: has a probe in line {seen[key]} already")
            seen.setdefault(key, line)

    def _code(self, code: object, registries: object) -> None:
        """Homes of code that are named twice, and entries that name none that is there."""
        named: dict[str, int] = {}
        for index, entry in enumerate(code if isinstance(code, list) else ()):
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(name, str):
                continue
            line = self.lines.get(("code", index, "name"), 1)
            if name in named:
                self._wrong(line, f"code.{index}.name: {name} is named in line {named[name]} already")
            named.setdefault(name, line)
        for index, entry in enumerate(registries if isinstance(registries, list) else ()):
            wanted = entry.get("code") if isinstance(entry, dict) else None
            if isinstance(wanted, str) and wanted not in named:
                near = difflib.get_close_matches(wanted, named, 1)
                words = f"; {near[0]}?" if near else ""
                line = self.lines.get(("registries", index, "code"), 1)
                self._wrong(line, f"registries.{index}.code: nothing in `code` has the name {wanted}{words}")

    def _wrong(self, line: int, said: str) -> None:
        self.mistakes.setdefault(line, []).append(said)


def _lists_as_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists_as_tuples(item) for key, item in value.items()}
    return tuple(_lists_as_tuples(item) for item in value) if isinstance(value, list) else value


def _said(detail: ErrorDetails) -> str:
    place, given = _dotted(detail["loc"]), detail.get("input")
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(detail["loc"][-1]), list(_names()), 1, 0.7)
        return f"{place}: there is no such key" + (f"; {near[0]}?" if near else "")
    if detail["type"] == "missing":
        return f"{place}: is missing"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    message = message.replace("a valid tuple", "a list")
    if detail["type"] in ("model_type", "model_attributes_type"):
        message = "should be a mapping"
    shown = f" ({given!r:.60} stands there)" if isinstance(given, (str, int, float, bool)) or given is None else ""
    return f"{place}: {message}{shown}"


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _names() -> Iterator[str]:
    schema = json_schema()
    for part in (schema, *schema["$defs"].values()):
        yield from part["properties"]
