"""How does a desired-state document say a live value that was meant? The smallest edit of its text.

Asked by `flow` for "this was intended". The place is found by parsing and changed by span, so that comments, order and
formatting stay; afterwards the document is parsed again and must say the new value and nothing else anew. An entry for
all other registries is not changed for one of them: it gets an entry of its own before it. Where the place is not
certain (an anchor, a merged mapping), nothing is written and a person is told what to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.core.code_home import DocumentHome
from remediator.core.meant import Meant, Said, meant
from remediator.core.pull_request import CommitDraft, Draft, FileText, Instruction, Task, Tree


class NotCertain(Exception):
    """The place could not be found, or what would be written there says something else as well."""


def intend(task: Task, tree: Tree, document: DocumentHome) -> Draft | Instruction:
    """One commit for each value that was meant; an `Instruction` where the document cannot be edited with certainty."""
    values = meant(task.findings, task.plan, task.desired)
    text = tree.files.get(document.path)
    if text is None:
        return _instruction(f"{document.path} is not there, or is no text", values)
    commits = []
    for value in values:
        try:
            edited = declared(text, value)
        except NotCertain as problem:
            return _instruction(f"{document.path}: {problem}", values)
        if edited != text:
            message = (
                f"Declare {value.key} of {value.registry.name} as it is\n\nIt was intended: {_words(value.value)}."
            )
            commits.append(CommitDraft(message, (FileText(document.path, edited),)))
        text = edited
    return Draft(tuple(commits))


def declared(text: str, value: Meant) -> str:
    """The document's text with one more value declared; raises `NotCertain`."""
    before = _loaded(text)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    index = _entry(before, value)
    own = before["registries"][index]["match"] != "*"
    wanted = _expected(before, index, value)
    if wanted == before:
        return text
    if not own:
        body = _set(_copied(body, index), index, "match", value.registry.name)
    edited = mark + _set(body, index, value.key, value.value)
    if _loaded(edited) != wanted:
        raise NotCertain("an edit of the value would change something else too")
    return edited


def _loaded(text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(text.removeprefix("\ufeff"))
    except (YAMLError, ValueError, RecursionError) as error:
        raise NotCertain(f"it is not YAML: {type(error).__name__}") from error
    if not isinstance(found, dict) or not isinstance(found.get("registries"), list):
        raise NotCertain("it has no list of registries")
    return found


def _entry(document: Mapping[str, Any], value: Meant) -> int:
    """The entry that counts for the registry: the first that matches."""
    wanted = ("*", value.registry.key, value.registry.name.lower())
    for index, entry in enumerate(document["registries"]):
        if isinstance(entry, dict) and str(entry.get("match", "")).lower() in wanted:
            return index
    raise NotCertain(f"no entry matches {value.registry.name}")


def _expected(document: Mapping[str, Any], index: int, value: Meant) -> dict[str, Any]:
    """What the document must say afterwards."""
    entries = list(document["registries"])
    entry = entries[index]
    if value.key not in entry:
        raise NotCertain(f"the entry {entry['match']} does not say {value.key} itself")
    said = list(value.value) if isinstance(value.value, tuple) else value.value
    if isinstance(said, list) and isinstance(entry[value.key], list):
        said = _in_their_order(entry[value.key], said)
    if entry[value.key] == said:
        return dict(document)
    if entry["match"] == "*":
        entries.insert(index, {**entry, "match": value.registry.name, value.key: said})
    else:
        entries[index] = {**entry, value.key: said}
    return {**document, "registries": entries}


def _in_their_order(old: list[str], new: list[str]) -> list[str]:
    """The new list, with what stays as and where it stood."""
    wanted = {_single(one) for one in new}
    kept = [one for one in old if _single(str(one)) in wanted]
    there = {_single(str(one)) for one in kept}
    return [*kept, *(one for one in new if _single(one) not in there)]


def _single(rule: str) -> str:
    return rule.strip().removesuffix("/32")


@dataclass(frozen=True, slots=True)
class _Place:
    """A key and its value in the text: nodes of the parser, with their marks."""

    key: Any
    value: Any
    entry: Any


def _root(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="rt", pure=True).compose(text)


def _find(text: str, index: int, key: str) -> _Place:
    entry = _entries(text)[index]
    if entry.id == "mapping":
        for one, value in entry.value:
            if one.value == key and value.start_mark.index >= one.end_mark.index:
                return _Place(one, value, entry)
    raise NotCertain(f"{key} does not stand in the entry itself")


def _entries(text: str) -> Any:
    for key, value in _root(text).value:
        if key.value == "registries" and value.id == "sequence" and not value.flow_style:
            return value.value
    raise NotCertain("the list of registries is not written as a list of lines")


def _set(text: str, index: int, key: str, value: Said) -> str:
    place = _find(text, index, key)
    if isinstance(value, tuple):
        return _set_list(text, place, value)
    node = place.value
    if node.id != "scalar" or node.style in ("|", ">") or node.anchor:
        raise NotCertain(f"{key} is not a plain value")
    quote = node.style if node.style in ("'", '"') else ""
    return f"{text[: node.start_mark.index]}{quote}{value}{quote}{text[node.end_mark.index :]}"


def _set_list(text: str, place: _Place, value: tuple[str, ...]) -> str:
    node = place.value
    if node.id != "sequence" or node.anchor or any(i.id != "scalar" or i.anchor for i in node.value):
        raise NotCertain(f"{place.key.value} is not a plain list")
    new = _in_their_order([item.value for item in node.value], list(value))
    if node.flow_style:
        start, end = node.start_mark.index, node.end_mark.index
        if "#" in text[start:end]:
            raise NotCertain(f"{place.key.value} has comments between its brackets")
        return f"{text[:start]}[{', '.join(new)}]{text[end:]}"
    return _set_lines(text, place, new)


def _set_lines(text: str, place: _Place, new: list[str]) -> str:
    """A list of one line for each item: lines go and come, all others stay as they are."""
    lines, items = text.splitlines(keepends=True), place.value.value
    if any(item.start_mark.line != item.end_mark.line for item in items):
        raise NotCertain(f"{place.key.value} has items of several lines")
    first = items[0].start_mark
    prefix = lines[first.line][: first.column]
    end = lines[first.line][len(lines[first.line].rstrip("\r\n")) :] or "\n"
    gone = {item.start_mark.line for item in items if item.value not in new}
    stays = [item for item in items if item.value in new]
    added = [f"{prefix}{one}{end}" for one in new if one not in {item.value for item in items}]
    after = (stays or items)[-1].start_mark.line
    if not new:
        column, line = place.key.end_mark.column, place.key.end_mark.line
        head, rest = lines[line][:column], lines[line][column:]
        lines[line] = f"{head}: []{rest.removeprefix(':')}"
    if added and not lines[after].endswith(("\n", "\r")):
        lines[after] += "\n"
    kept = [(number, line) for number, line in enumerate(lines)]
    made = []
    for number, line in kept:
        made += [] if number in gone else [line]
        made += added if number == after else []
    return "".join(made)


def _copied(text: str, index: int) -> str:
    """The text with the lines of an entry once more, before it and its own comments; comment lines are not copied."""
    entry, lines = _entries(text)[index], text.splitlines(keepends=True)
    first, last = entry.start_mark.line, _last_line(entry)
    dash = lines[first][: entry.start_mark.column]
    if entry.flow_style or dash.strip() != "-":
        raise NotCertain("the entry does not begin on the line of its dash")
    copy = [line for line in lines[first : last + 1] if line.strip() and not line.lstrip().startswith("#")]
    if not copy[-1].endswith(("\n", "\r")):
        copy[-1] += "\n"
    at = first
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    apart = ["\n"] if at > 0 and not lines[at - 1].strip() else []
    return "".join([*lines[:at], *copy, *apart, *lines[at:]])


def _last_line(node: Any) -> int:
    """The last line on which something of a node stands; end marks of blocks lie behind blank lines and comments."""
    if node.id == "scalar" or node.flow_style:
        ends = node.end_mark
        return int(ends.line - 1 if ends.column == 0 and ends.line > node.start_mark.line else ends.line)
    inner = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
    return max((_last_line(part) for part in inner), default=int(node.start_mark.line))


def _words(value: Said) -> str:
    return (", ".join(value) or "none") if isinstance(value, tuple) else value


def _instruction(why: str, values: tuple[Meant, ...]) -> Instruction:
    lines = ["Write this into the entry of each registry:", "", "```yaml"]
    for value in values:
        said = f"[{', '.join(value.value)}]" if isinstance(value.value, tuple) else value.value
        lines += [f"- match: {value.registry.name}", f"  {value.key}: {said}"]
    return Instruction("desired-not-located", why, "\n".join([*lines, "```"]))
