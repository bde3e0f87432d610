"""What does a repository on Azure DevOps hold below a home's folder? The list of items, then the blobs that are wanted.

The list has no sizes, so a blob that is too large is seen when it is asked for and left there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from remediator.adapters.azure_devops.api import Api
from remediator.core.code_answer import status_of
from remediator.core.code_home import CodeHome
from remediator.core.code_reading import LARGEST, OWNERS, Bounded, Contents, Listed
from remediator.core.code_refusal import no_branch
from remediator.core.errors import RemediatorError
from remediator.core.pull_request import Tree

AT_ONCE = 6  # blobs


def refs_of(api: Api, branch: str) -> dict[str, dict[str, Any]]:
    """The branch and those whose names begin with it, by their names without `refs/heads/`."""
    found = api.listed("/refs", {"filter": f"heads/{branch}"})
    return {str(one["name"]).removeprefix("refs/heads/"): one for one in found}


def base_of(api: Api, home: CodeHome) -> str:
    """The commit of the home's branch; `Misconfigured` where the branch or the repository is not there."""
    found = refs_of(api, home.branch).get(home.branch)
    if found is None:
        raise no_branch(home.branch, home.name)
    return str(found["objectId"])


def item(api: Api, path: str, commit: str) -> dict[str, Any] | None:
    """What stands at a path in a commit, None where nothing does."""
    try:
        found: dict[str, Any] = api.get("/items", {"path": f"/{path}", "$format": "json", **_at(commit)})
    except RemediatorError as error:
        if status_of(error) == 404:
            return None
        raise
    return found


def read(api: Api, home: CodeHome, contents: Contents) -> Tree:
    """The home's branch as `CodeHost.read` gives it."""
    commit = base_of(api, home)
    bounded = Bounded(home)
    chosen = bounded.chosen(_files(api, home.folder.strip("/"), commit))

    def content(one: Listed) -> bytes | None:
        return contents.read(home.name, one.content, lambda: api.content(one.content, LARGEST))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for one, data in zip(chosen, pool.map(content, chosen), strict=True):
            bounded.take(one.path, data)
    return bounded.tree(commit, _owners(api, commit))


def _files(api: Api, folder: str, commit: str) -> list[Listed]:
    try:
        found = api.listed("/items", {"scopePath": f"/{folder}", "recursionLevel": "Full", **_at(commit)})
    except RemediatorError as error:
        if status_of(error) == 404:  # the folder is not there yet
            return []
        raise
    return [
        Listed(str(one["path"]).strip("/"), str(one["objectId"]), readable=not one.get("isSymLink"))
        for one in found
        if one.get("gitObjectType") == "blob"
    ]


def _owners(api: Api, commit: str) -> str | None:
    """The text of CODEOWNERS, None where it is not there, or too large to be read."""
    for path in OWNERS:
        found = item(api, path, commit)
        if found is not None and found.get("gitObjectType") == "blob":
            data = api.content(str(found["objectId"]), LARGEST)
            return None if data is None else data.decode(errors="replace")
    return None


def _at(commit: str) -> dict[str, str]:
    return {"versionDescriptor.version": commit, "versionDescriptor.versionType": "commit"}
