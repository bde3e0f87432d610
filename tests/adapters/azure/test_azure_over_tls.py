"""The real credential and the real HTTP stack against the sandbox on loopback, over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import azure_estate as est
import pytest
from azure.core.pipeline.transport import RequestsTransport

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.credentials import credential
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.azure.reading_list import LISTED
from remediator.core.change import Change, ChangeKind, LiveState
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Transient
from remediator.core.resource_id import ResourceId
from remediator.facts import snapshot_from
from remediator.sandbox.azure import Azure
from remediator.sandbox.server import SandboxServer


@pytest.fixture
def azure() -> Azure:
    return est.small_azure(est.healthy())


@pytest.fixture
def access(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmAccess]:
    """Access as a Function App has it: the two identity variables and a managed identity."""
    with SandboxServer(azure) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        identity = credential(AZURE_CHINA, client_id="00000000-0000-0000-0000-0000000000c2")
        yield ArmAccess(identity, AZURE_CHINA, base_url=server.arm_url, verify=str(server.ca_path))


def test_an_estate_is_read_with_a_managed_identity(azure: Azure, access: ArmAccess) -> None:
    """ManagedIdentityCredential, TLS with a private CA and eight threads give the snapshot of the estate."""
    snapshot = AzureObserver(Arm(access), AZURE_CHINA).observe()
    assert repr(snapshot) == repr(snapshot_from(azure.estate()["resources"], AZURE_CHINA, read=LISTED))


def test_a_change_is_made_with_a_managed_identity(azure: Azure, access: ArmAccess) -> None:
    """The typed clients run on the same credential, address and CA, and their operation can be followed."""
    azure.remove(est.LINK)
    after = {"network": est.VNET, "resolutionPolicy": "NxDomainRedirect", "registration": False}
    change = Change(ChangeKind.CREATE_LINK, ResourceId(est.LINK), "link the zone", None, after, "vnet-link")
    applier, approved = AzureApplier(Arm(access), lambda _: Arm(access)), est.approved(change)
    started = applier.start(approved, change)
    assert started.operation is not None
    assert started.operation.startswith(access.base_url)
    while applier.poll(approved, started.operation) is not None:
        continue
    assert applier.compare(change) is LiveState.DONE


def test_nobody_at_home_is_transient(access: ArmAccess) -> None:
    """A connection that nobody takes is Transient, and its text names what was being read."""

    class Unhurried(RequestsTransport):
        def sleep(self, duration: float) -> None:
            """Waiting between tries takes no time here."""

    closed = ArmAccess(access.credential, AZURE_CHINA, base_url="https://127.0.0.1:9", transport=Unhurried())
    arm = Arm(closed)
    with pytest.raises(Transient, match="azure-unreachable: reading /subscriptions"):
        arm.get(est.ZONE)


def test_each_cloud_has_its_own_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a client id the default chain gets the cloud's authority; a foreign one is not looked up."""
    made: list[dict[str, object]] = []
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", lambda **options: made.append(options))
    credential(AZURE_CHINA)
    credential(AZURE_CHINA, instance_discovery=False)
    credential(replace(AZURE_CHINA, authority="https://login.local"))
    assert made == [
        {"authority": "https://login.chinacloudapi.cn"},
        {"authority": "https://login.chinacloudapi.cn", "disable_instance_discovery": True},
        {"authority": "https://login.local", "disable_instance_discovery": True},
    ]
