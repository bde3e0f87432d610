"""Which host keeps a home's repository, and to which address what we have is shown."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from remediator.adapters.azure_devops.host import AzureDevOpsHost
from remediator.adapters.github.host import GitHubHost
from remediator.bootstrap.code_hosts import code_hosts
from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.errors import Misconfigured
from remediator.settings import Settings
from tests.contracts.code_hosts import KeptLog
from tests.hosts.azure_devops_stand_in import ENTRA_TOKEN, AzureDevOpsStandIn

CLIENT = "22222222-2222-4222-8222-2222222222c0"
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


def test_a_managed_identity_reads_at_azure_devops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """azure-identity asks the platform for a token of Azure DevOps as the identity that the settings name, and that
    token is what the host sees."""
    asked: list[dict[str, list[str]]] = []

    class Platform(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(parse_qs(urlsplit(self.path).query))
            token = {"access_token": ENTRA_TOKEN, "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}
            body = json.dumps(token).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    server = HTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_port}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    with AzureDevOpsStandIn(tmp_path / "host", {"privatelink/a.tf": b"# a\n"}) as there:
        found = host_of(
            there.home(), AZURE_DEVOPS_URL=there.url, CODE_CLIENT_ID=CLIENT, CODE_CA_FILE=str(there.ca_file)
        )
        assert isinstance(found, AzureDevOpsHost)
        assert dict(found.read(there.home()).files) == {"privatelink/a.tf": "# a\n"}
    server.shutdown()
    server.server_close()
    (one,) = asked
    assert (one["resource"], one["client_id"]) == (["499b84ac-1321-427f-aa17-267ca6975798"], [CLIENT])


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
