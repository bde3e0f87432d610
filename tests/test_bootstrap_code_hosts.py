"""Which host keeps a home's repository, and to which address what we have is shown."""

from __future__ import annotations

import subprocess
import sys

import pytest

from remediator.adapters.azure_devops.host import AzureDevOpsHost
from remediator.adapters.github.host import GitHubHost
from remediator.bootstrap.code_hosts import code_hosts
from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.errors import Misconfigured
from remediator.settings import Settings
from tests.contracts.code_hosts import KeptLog

TOKEN = {"GITHUB_TOKEN": "t"}
GITHUB = CodeHome(CodeHostKind.GITHUB, "contoso/network")
AZURE_DEVOPS = CodeHome(CodeHostKind.AZURE_DEVOPS, "Platform/network", "https://dev.azure.com/contoso")


def host_of(home: CodeHome, **variables: str) -> object:
    settings = Settings.from_environment({f"REMEDIATOR_{name}": value for name, value in variables.items()})
    return code_hosts(settings, KeptLog())(home)


def test_each_home_has_its_host() -> None:
    """A home on GitHub needs an App or a token; on Azure DevOps there is always an identity to try."""
    assert isinstance(host_of(GITHUB, **TOKEN), GitHubHost)
    assert isinstance(host_of(AZURE_DEVOPS), AzureDevOpsHost)


def test_a_host_is_made_once() -> None:
    """Two homes at one host share its connection."""
    settings = Settings.from_environment({"REMEDIATOR_GITHUB_TOKEN": "t"})
    found = code_hosts(settings, KeptLog())
    assert found(GITHUB) is found(CodeHome(CodeHostKind.GITHUB, "contoso/other"))


def test_without_access_it_is_said_which_setting_is_missing() -> None:
    """Without an App or a token the error names the variables."""
    with pytest.raises(Misconfigured) as caught:
        host_of(GITHUB)
    assert caught.value.code == "code-host-not-configured"
    assert "REMEDIATOR_GITHUB_APP_ID" in str(caught.value.hint)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "https://github.com.evil.example",
        "https://github.com:8443",
        "http://github.com",
        "https://github.com@evil.example",
        "https://[",
    ],
)
def test_a_token_is_shown_to_its_own_host_only(url: str) -> None:
    """A home at another address than the settings' gets no host: who writes the desired state cannot have the token."""
    for kind in CodeHostKind:
        with pytest.raises(Misconfigured) as caught:
            host_of(CodeHome(kind, "contoso/network", url), AZURE_DEVOPS_TOKEN="t", **TOKEN)
        assert caught.value.code == "code-host-not-configured"


def test_a_server_of_ones_own() -> None:
    """A server that the settings name is a home's host; an organisation lies below the address of its server."""
    server = CodeHome(CodeHostKind.GITHUB, "a/b", "https://git.contoso.example/")
    assert isinstance(host_of(server, GITHUB_URL="https://git.contoso.example", **TOKEN), GitHubHost)
    collection = CodeHome(CodeHostKind.AZURE_DEVOPS, "a/b", "https://ado.contoso.example/tfs/Main")
    assert isinstance(host_of(collection, AZURE_DEVOPS_URL="https://ado.contoso.example/tfs"), AzureDevOpsHost)
    with pytest.raises(Misconfigured):
        host_of(collection, AZURE_DEVOPS_URL="https://ado.contoso.example/tf")


def test_certificates_that_are_not_there() -> None:
    """A file of certificates that is missing is told before anything is asked."""
    with pytest.raises(Misconfigured) as caught:
        host_of(GITHUB, CODE_CA_FILE="/nowhere/ca.pem", **TOKEN)
    assert caught.value.code == "ca-file-missing"


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    """Choosing among hosts imports neither PyGithub nor azure-identity; making GitHub's host does not either."""
    code = (
        "import sys\n"
        "from remediator.bootstrap.code_hosts import code_hosts\n"
        "from remediator.settings import Settings\n"
        "from remediator.core.code_home import CodeHome, CodeHostKind\n"
        "host_of = code_hosts(Settings.from_environment({'REMEDIATOR_GITHUB_TOKEN': 't'}), None)\n"
        "host_of(CodeHome(CodeHostKind.GITHUB, 'contoso/network'))\n"
        "print([one for one in ('github', 'azure.identity', 'azure.mgmt') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
