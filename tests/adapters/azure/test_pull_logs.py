"""The logs of pullers through azure-monitor-query: both tables, what is kept of a line, and who may not be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import azure_estate as est
import pytest

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.credentials import credential
from remediator.adapters.azure.log_query import LogQueries
from remediator.adapters.azure.pull_logs import MOST_LINES, MOST_TEXT, AzurePullLogs, query_for
from remediator.core.cloud import AZURE_CHINA
from remediator.core.permissions import READER
from remediator.core.pull_log import Ended, LogLine, LogPlace
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.sandbox.azure import Azure
from remediator.sandbox.server import SandboxServer
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

WHO = "aaaaaaaa-0000-4000-8000-000000000001"
CUSTOMER = "6f0a0000-0000-4000-8000-000000000001"
WORKSPACE = f"{est.GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-shop"
CUSTOM, OWN = "ContainerAppSystemLogs_CL", "ContainerAppSystemLogs"
NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
SINCE, UNTIL = NOW - timedelta(minutes=30), NOW + timedelta(minutes=10)
DENIED = "Container 'a' was terminated with exit code '' and reason 'ImagePullFailure'. Error: 403 Forbidden"
PLACE = LogPlace(CUSTOMER, ("cae-shop",), ("orders",))
QUERIED = {action for action in READER if "workspaces/query/" in action}


def sandbox() -> Azure:
    """An estate with a log workspace, whose clock stands still a while after the lines."""
    workspace = est.body(WORKSPACE, {"customerId": CUSTOMER}, location="chinanorth3")
    document = {"cloud": "AzureChinaCloud", "resources": [workspace]}
    return Azure.from_estate(document, clock=lambda: NOW.timestamp() + 3600)


def write(
    azure: Azure, text: str, *, app: str = "orders", table: str = CUSTOM, home: str = "cae-shop", minutes: int = 0
) -> None:
    """A row as the platform writes it, in the shape of its table."""
    reason = "PulledImage" if text.startswith("Successfully") else "ContainerTerminated"
    told = {"ContainerAppName": app, "EnvironmentName": home, "Reason": reason, "Log": text}
    columns = {f"{name}_s": value for name, value in told.items()} if table == CUSTOM else told
    azure.logs.write(CUSTOMER, table, NOW + timedelta(minutes=minutes), columns)


def logs_of(azure: Azure, *watched: str, client: str = WHO) -> AzurePullLogs:
    """What asks the sandbox in process."""
    arm = Arm(ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(azure)))
    return AzurePullLogs(arm, LogQueries(arm.access), lambda: watched)


def failures(azure: Azure, place: LogPlace = PLACE) -> tuple[LogLine, ...]:
    """Lines about failed pulls, which must be readable."""
    found = logs_of(azure).lines(place, Ended.FAILED, SINCE, UNTIL)
    assert not isinstance(found, Unknown), found
    return found


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Azure, AzurePullLogs]]:
    """The same over TLS, with a managed identity."""
    azure = sandbox()
    with SandboxServer(azure) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        access = ArmAccess(
            credential(AZURE_CHINA, client_id=WHO), AZURE_CHINA, base_url=server.arm_url, verify=str(server.ca_path)
        )
        queries = LogQueries(access)
        yield azure, AzurePullLogs(Arm(access), queries, lambda: ())
        queries.close()


@pytest.mark.parametrize("tables", [(CUSTOM,), (OWN,), (CUSTOM, OWN)], ids=" and ".join)
def test_both_shapes_of_the_table_are_read(logs: tuple[Azure, AzurePullLogs], tables: tuple[str, ...]) -> None:
    """Over TLS with a managed identity: the lines of whichever table there is, of both where there are both."""
    azure, asking = logs
    for minutes, table in enumerate(tables):
        write(azure, DENIED, table=table, minutes=minutes)
        write(azure, 'Successfully pulled image "shop.azurecr.cn/orders:1" in 1.61s.', table=table)
    found = asking.lines(PLACE, Ended.FAILED, SINCE, UNTIL)
    at = [NOW + timedelta(minutes=minutes) for minutes in range(len(tables))]
    assert found == tuple(LogLine(moment, "orders", "cae-shop", DENIED) for moment in reversed(at))
    pulled = asking.lines(PLACE, Ended.PULLED, SINCE, UNTIL)
    assert not isinstance(pulled, Unknown)
    assert [line.text[:12] for line in pulled] == ["Successfully"] * len(tables)


def test_without_a_table_there_is_no_line() -> None:
    """A workspace in which nobody has written yet has no line, which says nothing."""
    assert failures(sandbox()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Container 'x' was terminated with exit code '' and reason 'ManuallyStopped'.",
        "Successfully provisioned revision",
        "Container 'a' was terminated with exit code '1' and reason 'ProcessExited'.",
    ],
)
def test_other_lines_are_none(text: str) -> None:
    """Lines about a container that stopped for another reason are no failed pulls."""
    azure = sandbox()
    write(azure, text)
    write(azure, DENIED.replace("'", "\\u0027"))
    assert [line.text for line in failures(azure)] == [DENIED.replace("'", "\\u0027")]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"app": "ORDERS"}, True),
        ({"app": "billing"}, False),
        ({"home": "cae-other"}, False),
        ({"home": ""}, True),
        ({"minutes": -31}, False),
        ({"minutes": 11}, False),
        ({"minutes": -30}, True),
    ],
)
def test_only_what_was_asked_about(more: dict[str, object], found: bool) -> None:
    """Lines of other apps, environments and times are left out; a line that names no environment counts."""
    azure = sandbox()
    write(azure, DENIED, **more)  # type: ignore[arg-type]
    assert bool(failures(azure)) is found


def test_a_job_is_asked_about_like_an_app() -> None:
    """A job's name stands in another column."""
    azure = sandbox()
    row = {"JobName_s": "nightly", "EnvironmentName_s": "cae-shop", "Reason_s": "ContainerTerminated", "Log_s": DENIED}
    azure.logs.write(CUSTOMER, CUSTOM, NOW, row)
    (line,) = failures(azure, LogPlace(CUSTOMER, ("cae-shop",), ("nightly",)))
    assert (line.app, line.text) == ("nightly", DENIED)


HOSTILE = (
    'x" or 1==1 //',
    "x') or ('1'=='1",
    'x\\" | union * //',
    "x\n| take 5 //",
    'x"); ContainerAppSystemLogs_CL //',
    "x\\",
    "@'x'",
    "naïve\u2028name",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    """Whatever an app or environment is called, a query asks about that very name and gives no other line."""
    azure = sandbox()
    write(azure, DENIED)
    assert failures(azure, LogPlace(CUSTOMER, ("cae-shop",), (name,))) == ()
    assert failures(azure, LogPlace(CUSTOMER, (name,), ("orders",))) == ()
    write(azure, DENIED, app=name, home=name)
    (line,) = failures(azure, LogPlace(CUSTOMER, (name,), (name,)))
    assert (line.app, line.environment) == (name, name)


def test_a_query_has_the_shape_of_its_question() -> None:
    """Whatever the names, a query has as many lines and pipes as for plain names."""
    plain = query_for(LogPlace(CUSTOMER, ("e",), ("a",)), Ended.FAILED)
    for name in HOSTILE:
        hostile = query_for(LogPlace(CUSTOMER, (name,), (name,)), Ended.FAILED)
        assert hostile.count("\n") == plain.count("\n")
        assert hostile.isascii()


def test_what_is_kept_of_a_line_is_bounded_and_without_secrets() -> None:
    """Tokens, signatures and mail addresses are taken out, long texts are cut, many lines are left out."""
    azure = sandbox()
    secret = f"{DENIED} for ann@contoso.example with Bearer abcdef0123456789 at https://x/y?sig=abcdef12 {'z' * 9000}"
    for _ in range(MOST_LINES + 5):
        write(azure, secret)
    found = failures(azure)
    assert len(found) == MOST_LINES
    assert len(found[0].text) == MOST_TEXT
    assert not any(word in found[0].text for word in ("ann@", "abcdef0123456789", "abcdef12"))
    assert "403 Forbidden" in found[0].text


@pytest.mark.parametrize("action", sorted(QUERIED))
def test_with_one_action_less_there_is_no_line(action: str) -> None:
    """Without the right to query the logs are Unknown; a table without its right is none, and has no line."""
    azure = sandbox()
    write(azure, DENIED, table=OWN if "SystemLogs" in action else CUSTOM)
    azure.permissions[WHO] = set(READER)
    assert len(failures(azure)) == 1
    azure.permissions[WHO] = set(READER) - {action}
    found = logs_of(azure).lines(PLACE, Ended.FAILED, SINCE, UNTIL)
    assert isinstance(found, Unknown) if action.endswith("/query/read") else found == ()


def test_a_workspace_by_its_resource_id() -> None:
    """The customer id is read from the resource, by whoever may read it."""
    azure = sandbox()
    write(azure, DENIED)
    place = LogPlace(ResourceId(WORKSPACE.upper()))
    assert len(failures(azure, place)) == 1
    azure.permissions[WHO] = set(READER) - {"Microsoft.OperationalInsights/workspaces/read"}
    found = logs_of(azure).lines(place, Ended.FAILED, SINCE, UNTIL)
    assert isinstance(found, Unknown)
    assert "microsoft.operationalinsights/workspaces/read" in found.reason.lower()


def test_a_workspace_of_others_is_not_asked() -> None:
    """A workspace in a subscription that is not watched, and a resource that is none, are not even read."""
    azure = sandbox()
    write(azure, DENIED)
    ours = WORKSPACE.split("/")[2]
    assert len(failures(azure, LogPlace(ResourceId(WORKSPACE)))) == 1
    for workspace, watched in ((WORKSPACE, "0b"), (WORKSPACE.replace("/workspaces/", "/clusters/"), ours)):
        before = len(azure.requests)
        found = logs_of(azure, watched).lines(LogPlace(ResourceId(workspace)), Ended.FAILED, SINCE, UNTIL)
        assert isinstance(found, Unknown)
        assert len(azure.requests) == before
    watching = logs_of(azure, "0b", ours.upper()).lines(LogPlace(ResourceId(WORKSPACE)), Ended.FAILED, SINCE, UNTIL)
    assert not isinstance(watching, Unknown)


@pytest.mark.parametrize("workspace", ["", "../../x", "6f0a", f"{CUSTOMER}/query?x=", f"{CUSTOMER} "])
def test_what_is_no_customer_id_is_not_asked(workspace: str) -> None:
    """Only a GUID goes into the address of a question."""
    azure = sandbox()
    assert isinstance(logs_of(azure).lines(LogPlace(workspace), Ended.FAILED, SINCE, UNTIL), Unknown)
    assert azure.requests == []
