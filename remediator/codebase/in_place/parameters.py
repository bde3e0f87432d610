"""Which files give the parameters of which root, and what do they give?

A file goes with the root beside or above it that takes its names; where there is none, with every root that takes them,
so that a value which is set far away is not overlooked. What a tool puts in later is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from remediator.codebase.in_place import read_json
from remediator.codebase.in_place.evaluate import evaluate
from remediator.codebase.in_place.expr import Expr, Fields, Lit
from remediator.codebase.in_place.source import Source
from remediator.codebase.in_place.value import Value, unread

# `${NAME}` of azd, `#{NAME}#`, `__NAME__` and `$(NAME)` of pipelines.
_PUT_IN = re.compile(r"\$\{|#\{|\$\(|__\w+__|<[\w -]+>|\{\{")


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter file: its path and its values."""

    path: str
    values: Mapping[str, Value]


class NoNames:
    """An environment in which nothing has a name."""

    def name(self, name: str) -> Value:
        """Nothing."""
        return unread(f"{name} in a parameter file")

    def call(self, name: str, args: tuple[Value, ...]) -> Value | None:
        """No function of its own."""
        return None


def of_json(source: Source) -> Given | None:
    """A parameter file of ARM's JSON; None for any other JSON."""
    if b"deploymentParameters.json" not in source.raw:
        return None
    document = read_json.read(source)
    entry = document.entry("parameters") if isinstance(document, Fields) else None
    if entry is None or not isinstance(entry.value, Fields):
        return None
    given: dict[str, Value] = {}
    for one in entry.value.entries:
        value = one.value.entry("value") if isinstance(one.value, Fields) else None
        if one.key is not None:
            held = evaluate(value.value, NoNames()) if value is not None else unread("a reference to a vault")
            given[one.key] = settled(held, source.path)
    return Given(source.path, given)


def of_fields(path: str, entries: Mapping[str, Expr]) -> Given:
    """A `.tfvars` file."""
    return Given(path, {key: settled(evaluate(expr, NoNames()), path) for key, expr in entries.items()})


def settled(value: Value, path: str) -> Value:
    """The value, not known where a tool puts something in before it is deployed."""
    if isinstance(value.data, str) and isinstance(value.origin, Lit) and _PUT_IN.search(value.data):
        return unread(f"a tool puts {value.data} of {path} in before it is deployed", value.deps)
    if isinstance(value.data, dict):
        return Value({key: settled(item, path) for key, item in value.data.items()}, value.origin, value.deps)
    if isinstance(value.data, tuple):
        return Value(tuple(settled(item, path) for item in value.data), value.origin, value.deps)
    return value


def going_with(root: str, names: Collection[str], given: Given, roots: Mapping[str, Collection[str]]) -> bool:
    """Whether a file goes with a root folder; `roots` are all roots with the names that they take."""
    if not given.values or not set(given.values) <= set(names):
        return False
    nearest = [
        len(other) for other, taken in roots.items() if _above(other, given.path) and set(given.values) <= set(taken)
    ]
    return not nearest or (_above(root, given.path) and len(root) == max(nearest))


def _above(folder: str, path: str) -> bool:
    here = posixpath.dirname(path)
    return here == folder or here.startswith(f"{folder}/" if folder else "")


def passed_by_pipeline(name: str, texts: Mapping[str, str]) -> str | None:
    """A file of a pipeline or script that seems to pass a parameter; `texts` are those that deploy something."""
    told = re.compile(rf"(?:^|[^\w.-])(?:TF_VAR_)?{re.escape(name)}['\"]?\s*[:=]", re.IGNORECASE | re.MULTILINE)
    return next((path for path, text in sorted(texts.items()) if told.search(text)), None)


_DEPLOYS = re.compile(
    r"terraform|terragrunt|TF_VAR|az deployment|az group|az stack|arm-deploy|bicep|"
    r"AzureResourceManagerTemplateDeployment|New-Az\w*Deployment|azd ",
    re.IGNORECASE,
)
_SCRIPTS = (".yml", ".yaml", ".sh", ".ps1", ".cmd", ".bat", ".mk", "makefile", "terragrunt.hcl", ".env")


def pipelines(files: Mapping[str, str]) -> dict[str, str]:
    """The files that seem to deploy something."""
    return {path: text for path, text in files.items() if path.lower().endswith(_SCRIPTS) and _DEPLOYS.search(text)}


def parameter_files(sources: Mapping[str, Source]) -> Iterator[Given]:
    """Every JSON parameter file of a tree."""
    for path, source in sorted(sources.items()):
        if path.lower().endswith(".json"):
            given = of_json(source)
            if given is not None:
                yield given
