"""Which host keeps a home's repository? From the settings to GitHub's or Azure DevOps' adapter, made at its first use.

A token, key or identity of ours is shown to the address that the settings name and to no other: the desired state, that
names the home, may be written by others than the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from remediator.bootstrap.access import identity
from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.errors import Misconfigured
from remediator.core.pull_request import CodeHost
from remediator.ports import Log
from remediator.settings import Settings


def code_hosts(settings: Settings, log: Log) -> Callable[[CodeHome], CodeHost]:
    """What gives the host of a home; `Misconfigured("code-host-not-configured")` where the settings have none for it.

    Nothing is imported or asked before the first call.
    """
    github = cache(lambda: _github(settings, log))
    azure_devops = cache(lambda: _azure_devops(settings, log))

    def host_of(home: CodeHome) -> CodeHost:
        if home.host is CodeHostKind.GITHUB:
            _check_address(home, settings.github_url, "REMEDIATOR_GITHUB_URL")
            if not settings.github_token and not settings.github_app_id:
                raise _not_configured(home, "set REMEDIATOR_GITHUB_APP_ID and its fellows, or REMEDIATOR_GITHUB_TOKEN")
            return github()
        _check_address(home, settings.azure_devops_url, "REMEDIATOR_AZURE_DEVOPS_URL")
        return azure_devops()

    return host_of


def _check_address(home: CodeHome, known: str, variable: str) -> None:
    """Whether a home lies at, or on Azure DevOps below, the address of the settings."""
    if not _lies_below(home.url, known):
        raise _not_configured(home, f"{variable} names another address, and only there our token or identity is shown")


def _lies_below(url: str, known: str) -> bool:
    try:
        here, there = urlsplit(url), urlsplit(known)
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        return False
    path = there.path.rstrip("/")
    return same and (here.path.rstrip("/") == path or here.path.startswith(f"{path}/"))


def _not_configured(home: CodeHome, hint: str) -> Misconfigured:
    return Misconfigured(
        "code-host-not-configured",
        f"connecting to {home.name}: the settings have no access to this host",
        context={"home": home.name},
        hint=f"{hint} (docs/code-hosts.md)",
    )


def _github(settings: Settings, log: Log) -> CodeHost:
    from remediator.adapters.github.access import GitHubAccess
    from remediator.adapters.github.host import GitHubHost

    access = GitHubAccess(
        token=settings.github_token,
        app_id=settings.github_app_id,
        installation_id=settings.github_installation_id,
        private_key=settings.github_private_key,
        verify=_verify(settings),
    )
    return GitHubHost(access, log)


def _azure_devops(settings: Settings, log: Log) -> CodeHost:
    from remediator.adapters.azure_devops.access import AzureDevOpsAccess
    from remediator.adapters.azure_devops.host import AzureDevOpsHost

    access = AzureDevOpsAccess(
        token=settings.azure_devops_token,
        credential=lambda: identity(settings, settings.code_client_id or settings.reader_client_id),
        verify=_verify(settings),
    )
    return AzureDevOpsHost(access, log)


def _verify(settings: Settings) -> str | bool:
    file = settings.code_ca_file
    if file is not None and not file.is_file():
        raise Misconfigured(
            "ca-file-missing",
            f"connecting to a code host: the file of certificates {file} is not there",
            hint="REMEDIATOR_CODE_CA_FILE names a PEM file",
        )
    return str(file) if file else True
