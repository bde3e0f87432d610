"""Replicas are looked at as the reader, a revision is restarted as the applier, once."""

from __future__ import annotations

from typing import Any

import azure_estate as est
import pytest

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.revisions import AzureRevisions
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Misconfigured, Rejected
from remediator.core.resource_id import ResourceId
from remediator.core.restart import Restart
from remediator.core.unknown import Unknown
from remediator.sandbox.azure import Azure
from remediator.sandbox.history import claims_of
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from remediator.sandbox.wire import reply

READER, APPLIER = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
APP = ResourceId(est.APP)
REVISION = "orders--0000007"
ZONE = Change(ChangeKind.CREATE_ZONE, ResourceId(est.ZONE), "create the zone", None, {"zone": "z"}, "dns-zone")


class Estate:
    """A sandbox with an app, and who asked it for what."""

    def __init__(self) -> None:
        self.azure = est.small_azure(est.healthy())
        app = self.azure.resource(est.APP)
        assert app is not None
        app["properties"]["latestRevisionName"] = REVISION
        self.azure.put(app)
        self.asked: list[tuple[str, str, str]] = []
        self.replicas: list[dict[str, Any]] | None = None
        handle = self.azure.handle

        def noting(method, url, headers, body):
            sent = {name.lower(): value for name, value in headers.items()}
            self.asked.append((claims_of(sent["authorization"])["appid"], method, url.partition("?")[0]))
            if self.replicas is not None and url.partition("?")[0].endswith("/replicas"):
                return reply(200, {"value": [{"properties": one} for one in self.replicas]})
            return handle(method, url, headers, body)

        self.azure.handle = noting
        self.revisions = AzureRevisions(self.arm(READER), lambda _: self.arm(APPLIER))

    def arm(self, client: str) -> Arm:
        return Arm(ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(self.azure)))


@pytest.fixture
def estate() -> Estate:
    return Estate()


@pytest.fixture
def azure(estate: Estate) -> Azure:
    return estate.azure


def test_a_replica_whose_image_cannot_be_pulled_waits(azure: Azure, estate: Estate) -> None:
    """While the pull fails the latest revision is named; once it works nothing waits."""
    assert estate.revisions.waiting(APP) is None
    azure.remove(est.LINK)
    assert estate.revisions.waiting(APP) == REVISION
    assert {who for who, _, _ in estate.asked} == {READER}


@pytest.mark.parametrize(
    ("replicas", "waits"),
    [
        ([{"runningStateDetails": "1/1 Pending:ImagePullBackOff on legion"}], True),
        ([{"runningStateDetails": "Pending:InitImagePullBackOff on legion"}], True),
        ([{"initContainers": [{"runningState": "Waiting", "runningStateDetails": "ErrImagePull"}]}], True),
        ([{"containers": [{"runningState": "Waiting", "runningStateDetails": "CrashLoopBackOff"}]}], False),
        (
            [
                {"containers": [{"runningState": "Running"}]},
                {"containers": [{"runningState": "Waiting", "runningStateDetails": "ImagePullBackOff"}]},
            ],
            False,
        ),
        ([{"containers": None}, {"containers": [7]}], False),
        ([], False),
    ],
)
def test_only_a_pull_is_waited_for_and_nothing_that_runs_goes_down(
    estate: Estate, replicas: list[dict[str, Any]], waits: bool
) -> None:
    """A replica that waits for an image counts where no replica of the revision runs; a crash is another matter."""
    estate.replicas = replicas
    assert estate.revisions.waiting(APP) == (REVISION if waits else None)


def test_what_cannot_be_read_is_unknown(azure: Azure, estate: Estate) -> None:
    """Without the right to replicas nobody knows whether one waits."""
    azure.permissions[READER] = {"Microsoft.App/containerApps/read"}
    found = estate.revisions.waiting(APP)
    assert isinstance(found, Unknown)
    assert "Microsoft.App/containerApps/revisions/replicas/read" in found.reason


def test_a_restart_is_the_appliers(azure: Azure, estate: Estate) -> None:
    """One POST as the applier; without its action the refusal names it."""
    estate.revisions.restart(est.approved(ZONE), APP, REVISION)
    ((who, _, url),) = [one for one in estate.asked if one[1] == "POST"]
    assert (who, url.endswith(f"/orders/revisions/{REVISION}/restart")) == (APPLIER, True)
    azure.permissions.update({READER: {"*"}, APPLIER: set()})
    with pytest.raises(Misconfigured, match=r"revisions/restart/action"):
        estate.revisions.restart(est.approved(ZONE), APP, REVISION)


def test_a_name_that_is_none_goes_into_no_path(estate: Estate) -> None:
    """A revision is a name and nothing else."""
    with pytest.raises(Rejected):
        estate.revisions.restart(est.approved(ZONE), APP, "../../x")
    assert [one for one in estate.asked if one[1] == "POST"] == []


def test_the_command_for_a_person() -> None:
    """It names app, group, revision and subscription."""
    from datetime import UTC, datetime

    command = Restart(APP, REVISION, datetime(2026, 1, 1, tzinfo=UTC), False).command
    assert command.startswith("az containerapp revision restart --name orders --resource-group rg-Shop ")
    assert f"--revision {REVISION} --subscription 00000000-" in command
