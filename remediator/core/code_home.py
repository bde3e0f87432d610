"""Where does the code of a registry's network live, and the desired-state document itself?

A repository, a folder in it, a language and a style. Declared in the desired state (`code` and `home`), asked by `flow`
when a plan or a drift that was meant becomes a pull request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CodeHostKind(StrEnum):
    """Who keeps the repository."""

    GITHUB = "github"
    AZURE_DEVOPS = "azure-devops"


class Language(StrEnum):
    """In which language the network is declared."""

    BICEP = "bicep"
    TERRAFORM = "terraform"


class Style(StrEnum):
    """How a plan becomes code: a folder of our own, or the smallest edit of what the repository declares already."""

    GENERATED = "generated"
    IN_PLACE = "in-place"


@dataclass(frozen=True, slots=True)
class CodeHome:
    """One folder of one repository.

    `url` is the host's base address (`https://github.com`, an Enterprise Server, `https://dev.azure.com/ORGANISATION`);
    `repository` is `owner/name` on GitHub, `project/repository` on Azure DevOps. `folder` is relative to the root, ""
    for the whole repository: generated files go into `<folder>/<registry>/`, edits stay below it. `max_open` is how
    many requests of ours may be open there at once.
    """

    host: CodeHostKind
    repository: str
    url: str = "https://github.com"
    branch: str = "main"
    folder: str = "privatelink"
    language: Language = Language.BICEP
    style: Style = Style.GENERATED
    labels: tuple[str, ...] = ("remediator",)
    reviewers: tuple[str, ...] = ()
    max_open: int = 5

    @property
    def name(self) -> str:
        """Host, repository and branch, for people and as the name of a lease."""
        return f"{self.url.removeprefix('https://')}/{self.repository}@{self.branch}"


@dataclass(frozen=True, slots=True)
class DocumentHome:
    """Where the desired-state document is kept: `code` is its repository and folder, `path` the file from the root."""

    code: CodeHome
    path: str
