"""The activity log over Resource Manager: what is asked, how often, and what an unreadable log means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import azure_estate as est
import pytest

from remediator.adapters.azure.activity_log import MOST_GROUPS, MOST_PAGES, ActivityLog
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.bootstrap.access import SANDBOX_IDENTITY
from remediator.core.actor import ActorKind
from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.sandbox.transport import SandboxTransport
from remediator.sandbox.wire import Response

HOME = AZURE_CHINA.resource_manager
PERSON = "66666666-7777-8888-9999-000000000000"
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
WEEK = NOON - timedelta(days=7)
ZONE, REGISTRY = ResourceId(est.ZONE), ResourceId(est.REGISTRY)
REFUSAL = Path(__file__).parents[4] / "shared/corpus/arm/recordings/activitylog"


class Token:
    """A credential for a cloud that answers nobody else."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken("t", int(NOON.timestamp()) + 10**9)


class Log:
    """Answers as the log does: one list of entries for each resource group, in pages."""

    def __init__(self, pages: dict[str, list[list[dict[str, Any]]]], refusal: Response | None = None) -> None:
        self.pages, self.refusal = pages, refusal
        self.asked: list[dict[str, str]] = []

    def handle(self, method: str, url: str, headers: Any, body: bytes) -> Response:
        parts = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert " " not in url, "a query is written as the web wants it"
        self.asked.append({"path": parts.path, **asked})
        if self.refusal is not None:
            return self.refusal
        group = asked["$filter"].rpartition(" eq ")[2].strip("'")
        number = int(asked.get("page", "0"))
        pages = self.pages.get(group, [[]])
        document: dict[str, Any] = {"value": pages[number]}
        if number + 1 < len(pages):
            document["nextLink"] = f"{HOME}{parts.path}?{parts.query.split('&page=')[0]}&page={number + 1}"
        return Response(200, {"Content-Type": "application/json"}, json.dumps(document).encode())


def log_of(answers: Log) -> ActivityLog:
    return ActivityLog(Arm(ArmAccess(Token(), AZURE_CHINA, transport=SandboxTransport(answers))))


def entry(rid: str, number: int = 1) -> dict[str, Any]:
    kind = ResourceId(rid).type
    return {
        "resourceId": rid.replace("resourceGroups", "resourcegroups"),
        "operationName": {"value": f"{kind}/write"},
        "status": {"value": "Succeeded"},
        "eventTimestamp": f"2026-08-01T08:00:{number % 60:02}Z",
        "operationId": str(number),
        "correlationId": "c",
    }


def test_one_question_for_a_resource_group() -> None:
    """The log of each resource group is asked once, within the times, and tells of what lies within the resources."""
    other = f"{est.NET}/privateDnsZones/other.example"
    answers = Log({"rg-Shop": [[entry(est.LINK), entry(other)]]})
    found = log_of(answers).writes((ZONE, REGISTRY), WEEK, NOON)
    assert not isinstance(found, Unknown)
    assert [write.resource for write in found] == [ResourceId(est.LINK)]
    (asked,) = answers.asked
    assert asked["path"].lower().endswith("/providers/microsoft.insights/eventtypes/management/values")
    assert asked["api-version"] == "2015-04-01"
    assert asked["$filter"] == (
        "eventTimestamp ge '2026-07-25T12:00:00.000000Z' and eventTimestamp le '2026-08-01T12:00:00.000000Z' "
        "and resourceGroupName eq 'rg-Shop'"
    )


def test_every_page_counts() -> None:
    """The log is read over its pages, to the last one."""
    answers = Log({"rg-Shop": [[entry(est.RECORD, 1)], [entry(est.LINK, 2)], [entry(est.ZONE, 3)]]})
    found = log_of(answers).writes((ZONE,), WEEK, NOON)
    assert not isinstance(found, Unknown)
    assert [write.resource.name for write in found] == ["shop", "to-shop", "privatelink.azurecr.cn"]
    assert len(answers.asked) == 3


def test_at_most_a_few_questions() -> None:
    """A long log is read for some pages; whether it tells of the resources decides whether it is Unknown."""
    pages = [[entry(est.REGISTRY, number)] for number in range(9)]
    answers = Log({"rg-Shop": pages})
    found = log_of(answers).writes((REGISTRY,), WEEK, NOON)
    assert not isinstance(found, Unknown)
    assert (len(found), len(answers.asked)) == (MOST_PAGES, MOST_PAGES)
    unknown = log_of(Log({"rg-Shop": pages})).writes((ZONE,), WEEK, NOON)
    assert isinstance(unknown, Unknown)
    assert f"its first {MOST_PAGES} entries" in unknown.reason
    assert log_of(Log({"rg-Shop": pages[:MOST_PAGES]})).writes((ZONE,), WEEK, NOON) == ()


def test_a_few_resource_groups() -> None:
    """A few resource groups are asked about one by one, each once, whatever the casing."""
    few = [ResourceId(est.ZONE.replace("rg-Shop", f"rg-{number}")) for number in range(MOST_GROUPS)]
    answers = Log({})
    log_of(answers).writes((few[0], ResourceId(few[0].text.upper()), *few), WEEK, NOON)
    groups = [asked["$filter"].rpartition(" eq ")[2] for asked in answers.asked]
    assert groups == [f"'rg-{number}'" for number in range(MOST_GROUPS)]
    assert log_of(answers).writes((ResourceId("/registries-by-host/x.azurecr.cn"),), WEEK, NOON) == ()


def test_many_resource_groups() -> None:
    """Many resource groups are one question for each provider in a subscription."""
    many = [
        ResourceId(rid.replace("rg-Shop", f"rg-{number}")) for rid in (est.ZONE, est.REGISTRY) for number in range(9)
    ]
    answers = Log({})
    log_of(answers).writes(many, WEEK, NOON)
    asked = [question["$filter"].partition("' and resource")[2] for question in answers.asked]
    assert asked == ["Provider eq 'Microsoft.Network'", "Provider eq 'Microsoft.ContainerRegistry'"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_unreadable_log_is_unknown(status: int) -> None:
    """A log that may not or cannot be read is Unknown with Azure's words, and nothing is raised."""
    refusal = json.dumps({"error": {"code": "AuthorizationFailed", "message": "no right to read values"}}).encode()
    answers = Log({}, Response(status, {"Content-Type": "application/json"}, refusal))

    class Quick(SandboxTransport):
        def sleep(self, duration: float) -> None:
            return

    log = ActivityLog(Arm(ArmAccess(Token(), AZURE_CHINA, transport=Quick(answers))))
    found = log.writes((ZONE,), WEEK, NOON)
    assert isinstance(found, Unknown)
    assert "no right to read values" in found.reason


@pytest.mark.skipif(not REFUSAL.is_dir(), reason="the corpus is not beside this project")
def test_the_recorded_refusal_is_unknown() -> None:
    """The refusal that Azure really gives (a start more than 90 days ago) is Unknown, in its own words."""
    (recorded,) = REFUSAL.rglob("*.json")
    answer = json.loads(recorded.read_text("utf-8"))["response"]
    body = json.dumps(answer["body"]).encode()
    answers = Log({}, Response(answer["status"], {"Content-Type": "application/json"}, body))
    found = log_of(answers).writes((ZONE,), NOON - timedelta(days=400), NOON)
    assert isinstance(found, Unknown)
    assert "cannot be more than 90 days in the past" in found.reason


def test_the_sandbox_keeps_a_log() -> None:
    """What is written over Resource Manager is in the log with the account of its token, and what others wrote too."""
    azure = est.small_azure(est.healthy())
    now = datetime.now(UTC)
    kind = ResourceId(est.LINK).type
    azure.history(est.LINK, f"{kind}/delete", caller="ann@contoso.example", claims={"oid": PERSON, "idtyp": "user"})
    azure.history(est.RECORD, f"{ResourceId(est.RECORD).type}/write", caller="Azure Traffic Manager and DNS")
    body = json.dumps({**est.zone(), "tags": {"a": "b"}}).encode()
    url = f"{HOME}{est.ZONE}?api-version=2024-06-01"
    headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
    assert azure.handle("PUT", url, headers, body).status < 300
    found = ActivityLog(est.arm_of(azure)).writes((ZONE,), now - timedelta(days=7), now + timedelta(minutes=2))
    assert not isinstance(found, Unknown)
    assert {write.resource.name: (write.actor.kind, write.actor.id) for write in found} == {
        "to-shop": (ActorKind.PERSON, PERSON),
        "shop": (ActorKind.PLATFORM, None),
        "privatelink.azurecr.cn": (ActorKind.APPLICATION, SANDBOX_IDENTITY),
    }
