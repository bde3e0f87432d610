"""What may a desired-state document say of code: where a registry's network is declared, and the document itself?

Used by `desired_document.py`. Names of repositories and branches are checked here, so that nothing but a name ever
becomes part of a host's address.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from remediator.core.code_home import CodeHome, CodeHostKind, DocumentHome, Language, Style

GITHUB = "https://github.com"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}", re.ASCII)
_GITHUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}", re.ASCII)
_AZURE_DEVOPS = re.compile(r"[^/\\:*?\"<>|;#${},+=\[\]\x00-\x1f]{1,64}/[^/\\:*?\"<>|;#${},+=\[\]\x00-\x1f]{1,64}")
# git check-ref-format: no "..", no "@{", no part that begins with a dot or ends in ".lock"
_BRANCH = re.compile(r"(?!.*(\.\.|@\{|//))(?!.*(^|/)\.)(?!.*\.lock(/|$))[^\x00-\x20~^:?*\[\\\x7f]{1,200}(?<![./])")
_PATH = re.compile(r"(?!.*(^|/)\.{1,2}(/|$))(?!/)[\w .@()+-]+(/[\w .@()+-]+)*")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Part(BaseModel):
    """A part of the document: no unknown keys, no guessed types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a name has 1 to 50 letters, digits, dots, dashes and underscores")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not secure or not bare or "\\" in text or any(c.isspace() for c in text):
        raise ValueError("not the https address of a host, without a name, key or query in it")
    return text.rstrip("/")


def _branch(text: str) -> str:
    if not _BRANCH.fullmatch(text) or text.startswith(("-", "/", "refs/")):
        raise ValueError("not the name of a branch (as main or release/1, without refs/heads/)")
    return text


def _path(text: str) -> str:
    if text and not _PATH.fullmatch(text):
        raise ValueError("not a path within the repository, from its root, with / and without ..")
    return text.rstrip("/")


Named = Annotated[str, AfterValidator(_name)]
Text = Annotated[str, Field(min_length=1, max_length=100)]


class _RepositoryPart(Part):
    host: Literal["github", "azure-devops"] = Field(description="Who keeps the repository.")
    url: Annotated[str, AfterValidator(_url)] | None = Field(
        default=None,
        validate_default=True,
        description="Address of the host; https://github.com by default, https://dev.azure.com/ORGANISATION otherwise.",
    )
    repository: str = Field(description="owner/name on GitHub, project/repository on Azure DevOps.")
    branch: Annotated[str, AfterValidator(_branch)] = Field(default="main", description="Where requests lead to.")
    labels: tuple[Text, ...] = Field(default=("remediator",), description="Labels of the requests.")
    reviewers: tuple[Text, ...] = Field(
        default=(), description="Who is asked to review besides the code owners; @owner/team on GitHub."
    )

    @field_validator("url")
    @classmethod
    def _of_an_organisation(cls, url: str | None, info: ValidationInfo) -> str | None:
        organisation = urlsplit(url or "").path.strip("/")
        if info.data.get("host") == "azure-devops" and not organisation:
            raise ValueError("an Azure DevOps repository needs its organisation: https://dev.azure.com/ORGANISATION")
        return url

    @field_validator("repository")
    @classmethod
    def _of_the_host(cls, text: str, info: ValidationInfo) -> str:
        host = info.data.get("host")
        if host == "github" and not _GITHUB.fullmatch(text):
            raise ValueError("not a repository of GitHub (owner/name)")
        if host == "azure-devops" and (not _AZURE_DEVOPS.fullmatch(text) or ".." in text):
            raise ValueError("not a repository of Azure DevOps (project/repository)")
        return text


class CodePart(_RepositoryPart):
    """A folder of a repository in which the network of registries is declared; registries name it in `code`."""

    name: Named = Field(description="The name by which registries refer to it.")
    folder: Annotated[str, AfterValidator(_path)] = Field(
        default="privatelink", description='Where the code is, from the root; "" for the whole repository.'
    )
    language: Literal["bicep", "terraform"] = Field(description="In which language the network is declared.")
    style: Literal["generated", "in-place"] = Field(
        default="generated", description="A folder of our own for each registry, or edits of what is declared already."
    )
    max_open: int = Field(default=5, ge=1, le=50, description="How many requests may be open at once; others wait.")

    def home(self) -> CodeHome:
        """As core has it."""
        return CodeHome(
            host=CodeHostKind(self.host),
            repository=self.repository,
            url=self.url or GITHUB,
            branch=self.branch,
            folder=self.folder,
            language=Language(self.language),
            style=Style(self.style),
            labels=self.labels,
            reviewers=self.reviewers,
            max_open=self.max_open,
        )


class HomePart(_RepositoryPart):
    """Where this document is kept; needed for "this was intended"."""

    path: Annotated[str, Field(min_length=1), AfterValidator(_path)] = Field(
        description="The file, from the root of the repository; a folder of its own is read faster."
    )

    def home(self) -> DocumentHome:
        """As core has it."""
        folder = self.path.rpartition("/")[0]
        code = CodeHome(
            host=CodeHostKind(self.host),
            repository=self.repository,
            url=self.url or GITHUB,
            branch=self.branch,
            folder=folder,
            labels=self.labels,
            reviewers=self.reviewers,
        )
        return DocumentHome(code, self.path)
