"""The sandbox's log workspaces: who may ask, what a query gives, and which rows pulls leave behind."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load
from remediator.sandbox.wire import Response

from .conftest import APP, ENVIRONMENT, OPEN_APP, Story

WORKSPACE = "7cb6b64b-968b-5396-97b3-bc89a7427011"
ACTION = "Microsoft.OperationalInsights/workspaces/query"
START = 1_754_000_000.0
WIDE = "2025-01-01T00:00:00Z/2026-01-01T00:00:00Z"
ALL = "ContainerAppSystemLogs_CL"


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def azure(hands: Hands) -> Azure:
    """The first incident, whose clock stands still."""
    return Azure.from_estate(load("first-incident"), clock=hands)


def ask(
    azure: Azure, query: str, *, workspace: str = WORKSPACE, timespan: str | None = WIDE, client: str = ""
) -> Response:
    """A query over the wire; `client` is the client id in its token."""
    claims = base64.urlsafe_b64encode(json.dumps({"appid": client}).encode()).rstrip(b"=").decode()
    headers = {"Authorization": f"Bearer a.{claims}.c"}
    body = json.dumps({"query": query, "timespan": timespan}).encode()
    return azure.handle("POST", f"https://127.0.0.1/v1/workspaces/{workspace}/query", headers, body)


def rows(azure: Azure, query: str, **how: Any) -> list[dict[str, Any]]:
    """The rows of a query that is answered."""
    response = ask(azure, query, **how)
    assert response.status == 200, response.body
    (table,) = json.loads(response.body)["tables"]
    return [dict(zip([c["name"] for c in table["columns"]], row, strict=True)) for row in table["rows"]]


def refusal(response: Response) -> tuple[int, str]:
    """Status and code of a refusal, of its innermost error where there is one."""
    error = json.loads(response.body)["error"]
    while "innererror" in error:
        error = error["innererror"]
    return response.status, error["code"]


def mend(story: Story) -> None:
    """Open the closed registry: one way to let the next pull through."""
    story.azure.faults.clear()
    body = json.dumps({"properties": {"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Allow"}}})
    path = APP.replace("Microsoft.App/containerApps/album", "Microsoft.ContainerRegistry/registries/contosoalbum")
    assert story.raw("PATCH", path, body.encode(), version="2023-07-01").status < 300


def test_an_app_that_cannot_pull_leaves_a_row(azure: Azure) -> None:
    """The row has the columns of the custom table, the environment's name and the text of the failure."""
    found = rows(azure, f"{ALL} | where ContainerAppName_s == 'album'")
    assert [(row["Reason_s"], row["Type_s"], row["EnvironmentName_s"]) for row in found] == [
        ("ContainerTerminated", "Warning", "cae-album")
    ]
    assert "403 Forbidden" in found[0]["Log_s"]
    assert found[0]["TimeGenerated"] == "2025-07-31T22:13:20.000000Z"


def test_a_puller_tries_again_after_its_gap(azure: Azure, hands: Hands) -> None:
    """A second row comes when the gap is over and somebody looks, not before."""
    counts = []
    for seconds in (0, 1, 2, 5, 12):
        hands.now = START + seconds
        counts.append(len(rows(azure, f"{ALL} | where ContainerAppName_s == 'album'")))
    assert counts == [1, 1, 2, 2, 3]


def test_a_pull_that_works_ends_the_tries(azure: Azure, hands: Hands) -> None:
    """Once the way is mended the next try leaves PulledImage, and the running app pulls no more."""
    story = Story(azure, *[None] * 4)  # type: ignore[arg-type]
    assert len(rows(azure, f"{ALL} | where ContainerAppName_s == 'album'")) == 1
    mend(story)
    for seconds in (60, 600, 1200):
        hands.now = START + seconds
        found = rows(azure, f"{ALL} | where ContainerAppName_s == 'album' | order by TimeGenerated desc")
        assert [row["Reason_s"] for row in found] == ["PulledImage", "ContainerTerminated"]
    assert found[0]["Log_s"].startswith('Successfully pulled image "contosoalbum.azurecr.cn/')


def test_a_restart_pulls_again(azure: Azure) -> None:
    """Restarting a running app's revision leaves another PulledImage in its environment's workspace."""
    home = azure.resource(OPEN_APP)
    assert home is not None
    place = azure.resource(home["properties"]["environmentId"])
    assert place is not None
    workspace = place["properties"]["appLogsConfiguration"]["logAnalyticsConfiguration"]["customerId"]
    query = f"{ALL} | where ContainerAppName_s == 'catalog' and Reason_s == 'PulledImage'"
    before = len(rows(azure, query, workspace=workspace))
    url = f"https://management.azure.com{OPEN_APP}/revisions/r/restart?api-version=2025-01-01"
    assert azure.handle("POST", url, {"Authorization": "Bearer t"}, b"").status == 200
    assert len(rows(azure, query, workspace=workspace)) == before + 1


def test_the_resources_own_table_has_no_suffixes(hands: Hands) -> None:
    """With the destination azure-monitor the rows go where a diagnostic setting says, in the other shape."""
    document = load("first-incident")
    group = ENVIRONMENT.split("/providers/")[0]
    workspace = f"{group}/providers/Microsoft.OperationalInsights/workspaces/log-central"
    for body in document["resources"]:
        if body["id"] == ENVIRONMENT:
            body["properties"]["appLogsConfiguration"] = {"destination": "azure-monitor"}
    document["resources"] += [
        {"id": workspace, "location": "chinaeast2", "properties": {"customerId": "0a0a"}},
        {
            "id": f"{ENVIRONMENT}/providers/Microsoft.Insights/diagnosticSettings/all",
            "properties": {"workspaceId": workspace},
        },
    ]
    azure = Azure.from_estate(document, clock=hands)
    (row,) = rows(azure, "ContainerAppSystemLogs | where ContainerAppName == 'album'", workspace="0a0a")
    assert (row["Reason"], row["Type"], row["_ResourceId"]) == (
        "ContainerTerminated",
        "ContainerAppSystemLogs",
        ENVIRONMENT,
    )
    assert refusal(ask(azure, ALL, workspace="0a0a")) == (400, "SEM0100")


def test_late_rows_are_not_there_yet(azure: Azure, hands: Hands) -> None:
    """A row is read only once it has been ingested, with the time at which it happened."""
    azure.logs.late = 120
    assert refusal(ask(azure, ALL)) == (400, "SEM0100")
    hands.now += 121
    assert min(row["TimeGenerated"] for row in rows(azure, ALL)) == "2025-07-31T22:13:20.000000Z"


def test_the_window_counts(azure: Azure) -> None:
    """Rows outside of the timespan are left out; the table is there nevertheless."""
    assert rows(azure, ALL, timespan="2025-07-31T22:13:21Z/2025-07-31T23:00:00Z") == []
    assert len(rows(azure, ALL, timespan="2025-07-31T22:00:00.000Z/2025-07-31T22:13:20.000Z")) == 1


def test_asking_is_no_write(azure: Azure) -> None:
    """A query is sent as POST and leaves nothing in the activity log."""
    rows(azure, ALL)
    assert azure.writes == []
    assert azure.world.history.entries() == []


def test_who_may_not_ask_is_refused(azure: Azure) -> None:
    """No token: 401; another workspace: 404; no right to query: 403, and a table without its right is none."""
    url = f"https://127.0.0.1/v1/workspaces/{WORKSPACE}/query"
    assert refusal(azure.handle("POST", url, {}, b"{}")) == (401, "AuthorizationRequiredError")
    assert refusal(ask(azure, ALL, workspace="0b0b")) == (404, "PathNotFoundError")
    azure.permissions["me"] = {f"{ACTION}/Tables.Custom/read"}
    assert refusal(ask(azure, ALL, client="me")) == (403, "InsufficientAccessError")
    azure.permissions["me"] = {f"{ACTION}/read"}
    assert refusal(ask(azure, ALL, client="me")) == (400, "SEM0100")
    azure.permissions["me"] = {f"{ACTION}/read", f"{ACTION}/Tables.Custom/read"}
    assert len(rows(azure, ALL, client="me")) == 1


def test_faults_reach_the_logs_too(azure: Azure) -> None:
    """A refused type and throttling answer as the service does."""
    azure.faults.throttle(1, retry_after=7)
    response = ask(azure, ALL)
    assert (refusal(response), response.headers["Retry-After"]) == ((429, "ThrottledError"), "7")
    azure.faults.refuse("Microsoft.OperationalInsights/workspaces")
    assert refusal(ask(azure, ALL)) == (403, "InsufficientAccessError")


TABLE = (
    ("a", "Orders", "Failed to pull image"),
    ("b", "orders", "ImagePullFailure"),
    ("c", 'x" or 1==1 //', "other"),
    ("d", "", "say \\u0027ImagePullFailure"),
)


@pytest.fixture
def told(azure: Azure) -> Azure:
    """A workspace with rows that were put in by hand."""
    for key, app, text in TABLE:
        azure.logs.write(WORKSPACE, "T_CL", azure.world.moment(), {"Key": key, "App_s": app, "Log_s": text})
    return azure


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("T_CL", "abcd"),
        ("T_CL | where App_s == 'orders'", "b"),
        ("T_CL | where App_s =~ 'ORDERS'", "ab"),
        ("T_CL | where App_s in~ ('orders', '')", "abd"),
        ("T_CL | where App_s in ('orders') or isempty(App_s)", "bd"),
        ("T_CL | where not(App_s =~ 'orders') and isnotempty(App_s)", "c"),
        ("T_CL | where Log_s contains 'imagepull'", "bd"),
        ("T_CL | where Log_s !contains 'imagepull'", "ac"),
        ("T_CL | where Log_s contains 'pull' and (App_s == 'Orders' or App_s == 'orders') | take 1", "a"),
        ('T_CL | where App_s == "x\\" or 1==1 //"', "c"),
        ("T_CL | where App_s == 'x\\u0022 or 1==1 //'", "c"),
        ("T_CL | where Log_s == @'say \\u0027ImagePullFailure'", "d"),
        ("T_CL | where TimeGenerated > datetime(2025-07-31T22:13:20Z)", ""),
        ("T_CL | where TimeGenerated >= datetime(2025-07-31T22:13:20Z) | limit 2", "ab"),
        ("T_CL | extend App=tolower(App_s) | where App == 'orders' | project Key, App", "ab"),
        ("T_CL | project Key, App=column_ifexists('Nothing_s', 'none') | where App == 'none'", "abcd"),
        ("T_CL // all of them\n| order by Key desc", "dcba"),
        ("union isfuzzy=true (T_CL | project Key), (Gone | project Key=Key_s)", "abcd"),
        ("union isfuzzy=true Gone, T_CL | sort by Key asc", "abcd"),
    ],
)
def test_what_a_query_gives(told: Azure, query: str, keys: str) -> None:
    """Filters heed or ignore case as Kusto's do, and a fuzzy union leaves out a table that is not there."""
    assert "".join(row["Key"] for row in rows(told, query)) == keys


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "SYN0002"),
        ("T_CL | summarize count()", "SYN0002"),
        ("T_CL | where App_s == 'orders", "SYN0002"),
        ("T_CL | where App_s has 'orders'", "SYN0002"),
        ("T_CL | where (App_s == 'a'", "SYN0002"),
        ("T_CL | where App_s == '\\q'", "SYN0002"),
        ("T_CL; drop", "SYN0002"),
        ("T_CL | where Nothing_s == 'a'", "SEM0100"),
        ("T_CL | where strcat(App_s) == 'a'", "SEM0100"),
        ("T_CL | order by Nothing_s", "SEM0100"),
        ("Gone", "SEM0100"),
        ("union T_CL, Gone", "SEM0100"),
        ("union isfuzzy=true Gone, Lost", "SEM0100"),
    ],
)
def test_what_is_not_understood_is_refused(told: Azure, query: str, code: str) -> None:
    """A query beyond this sandbox, or about what is not there, is 400 with the service's inner code."""
    assert refusal(ask(told, query)) == (400, code)


def test_an_odd_destination_is_no_workspace(hands: Hands) -> None:
    """Whatever stands where an environment says where its log goes: the sandbox serves, and writes no row."""
    for odd in (None, 7, "log-analytics", [], {"destination": 7}, {"destination": "log-analytics"}):
        document = load("first-incident")
        for body in document["resources"]:
            if body["id"] == ENVIRONMENT:
                body["properties"]["appLogsConfiguration"] = odd
        azure = Azure.from_estate(document, clock=hands)
        assert refusal(ask(azure, ALL)) == (404, "PathNotFoundError")
