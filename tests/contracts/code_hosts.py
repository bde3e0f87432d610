"""The code hosts that the contract is run against, each over its stand-in with a real git repository."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from remediator.adapters.azure_devops.access import AzureDevOpsAccess
from remediator.adapters.azure_devops.host import AzureDevOpsHost
from remediator.adapters.github.access import GitHubAccess
from remediator.adapters.github.host import GitHubHost
from remediator.core.code_home import CodeHome
from remediator.core.pull_request import CodeHost, CommitDraft, FileText, Proposal
from tests.hosts import azure_devops_stand_in as azure_devops
from tests.hosts import github_stand_in as github
from tests.hosts.github_shapes import DOCUMENT
from tests.hosts.stand_in import CodeHostStandIn

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
BRANCH = "remediator/01jdincident"
FILES = {
    "privatelink/contosoacr/main.tf": b"# zone\r\nresource a {}\r\n",
    "privatelink/old.tf": b"# old\n",
    "privatelink/net work/grüße #1&2+3%.tf": "# grüße 你好\n".encode(),
    "privatelink/logo.png": b"\x89PNG\r\n",
    "other/app.tf": b"# not ours\n",
    ".github/CODEOWNERS": b"/privatelink/ @kim\n",
}


@dataclass
class KeptLog:
    """`ports.Log` that keeps what was said."""

    lines: list[str] = field(default_factory=list)

    def info(self, message: str, **keys: str | int | float) -> None:
        self.lines.append(f"{message} {keys}")

    error = info


class Identity:
    """A credential that has one token for the scope of Azure DevOps."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == ("499b84ac-1321-427f-aa17-267ca6975798/.default",)
        return AccessToken(azure_devops.ENTRA_TOKEN, 4_000_000_000)


@dataclass
class Hosted:
    """A running stand-in; `host` makes a new `CodeHost` on it, as a new process would."""

    there: CodeHostStandIn
    home: CodeHome
    make: Callable[[KeptLog], CodeHost]
    secrets: tuple[str, ...]
    log: KeptLog = field(default_factory=KeptLog)

    @property
    def host(self) -> CodeHost:
        return self.make(self.log)

    def proposal(self, *, base: str = "", **changes: Any) -> Proposal:
        """A proposal of two commits on the newest commit of the home's branch."""
        first = (
            FileText("privatelink/contosoacr/main.tf", "# zone\r\nresource b {}\r\n"),
            FileText("privatelink/old.tf", None),
        )
        second = (FileText("privatelink/neu/größe 你好 #1&2+3%.tf", "# ü\n"),)
        commits = (CommitDraft("Link the zone\n\nIt was missing.", first), CommitDraft("Write the record", second))
        known: dict[str, Any] = {
            "branch": BRANCH,
            "base": base or str(self.there.git.head(self.home.branch)),
            "title": "contosoacr: link the zone",
            "body": "It was missing.\n\nBody",
            "commits": commits,
            "at": AT,
            "labels": ("private-link",),
        }
        return Proposal(**{**known, **changes})

    def fetched(self, folder: Path, branch: str = BRANCH) -> dict[str, bytes]:
        """The files of a branch as git fetches them."""
        if not folder.exists():
            subprocess.run(["git", "init", "-q", "--template=", str(folder)], check=True)
        at = ["git", "-C", str(folder)]
        subprocess.run([*at, "fetch", "-q", str(self.there.git.folder), f"+{branch}:refs/heads/x"], check=True)
        subprocess.run([*at, "checkout", "-q", "-f", "x", "--detach"], check=True)
        found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

    def messages(self, branch: str = BRANCH) -> list[str]:
        """The first lines of the branch's own commits, oldest first."""
        git = self.there.git
        head, base = git.head(branch), git.head(self.home.branch)
        assert head and base
        return [git.commit(sha).message.partition("\n")[0] for sha in git.between(base, head)]


def on_github(folder: Path) -> Hosted:
    """GitHub, with a fine-grained token; an App's is made in `tests/adapters/github`."""
    if not DOCUMENT.exists():
        pytest.skip("npm's @octokit/openapi is not installed: what is sent could not be checked")
    there = github.GitHubStandIn(folder, FILES)

    def make(log: KeptLog) -> CodeHost:
        access = GitHubAccess(token=github.TOKEN, verify=str(there.ca_file), seconds_between_writes=0)
        return GitHubHost(access, log)

    there.__enter__()
    return Hosted(there, there.home(), make, (github.TOKEN,))


def on_azure_devops(folder: Path) -> Hosted:
    """Azure DevOps, as a managed identity."""
    there = azure_devops.AzureDevOpsStandIn(folder, FILES)

    def make(log: KeptLog) -> CodeHost:
        return AzureDevOpsHost(AzureDevOpsAccess(credential=Identity, verify=str(there.ca_file)), log)

    there.__enter__()
    return Hosted(there, there.home(), make, (azure_devops.ENTRA_TOKEN,))


HOSTS: dict[str, Callable[[Path], Hosted]] = {"github": on_github, "azure-devops": on_azure_devops}
