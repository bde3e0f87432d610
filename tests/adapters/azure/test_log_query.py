"""A query in KQL through azure-monitor-query: what is sent, what comes back, and what a refusal becomes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.core.pipeline.transport import RequestsTransport

from remediator.adapters.azure.arm import ArmAccess
from remediator.adapters.azure.log_query import LogQueries, kql_text
from remediator.core.cloud import AZURE_CHINA, AZURE_PUBLIC, AZURE_US_GOVERNMENT, Cloud
from remediator.core.unknown import Unknown
from tests.doubles import Token
from tests.event_topic import EventTopic

ROOT = Path(__file__).parents[3]
WORKSPACE = "6f0a0000-0000-4000-8000-000000000001"
SINCE, UNTIL = datetime(2026, 7, 1, 9, tzinfo=UTC), datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
JSON = {"content-type": "application/json"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[EventTopic]:
    """A server with TLS that keeps what it was sent; its answers are set by the test."""
    with EventTopic(tmp_path) as opened:
        yield opened


def asked(service: EventTopic, cloud: Cloud = AZURE_PUBLIC, token: Token | None = None) -> LogQueries:
    """The queries of a connection that is redirected to the server."""
    return LogQueries(ArmAccess(token or Token(), cloud, base_url=service.url, verify=str(service.ca_file)))


def answer(status: int, document: object, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """An answer as JSON."""
    return status, json.dumps(document).encode(), {**JSON, **headers}


TABLE = {
    "name": "PrimaryResult",
    "columns": [{"name": "TimeGenerated", "type": "datetime"}, {"name": "Log", "type": "string"}],
    "rows": [["2026-07-01T09:10:00.1234567Z", "one"], ["2026-07-01T09:11:00Z", None]],
}


def test_rows_come_by_name_and_times_as_moments(service: EventTopic) -> None:
    """Each row maps its column's names to values; seven digits of a second are understood."""
    service.answers = [answer(200, {"tables": [TABLE]})]
    rows = asked(service).rows(WORKSPACE, "T", SINCE, UNTIL)
    assert rows == (
        {"TimeGenerated": datetime(2026, 7, 1, 9, 10, 0, 123456, tzinfo=UTC), "Log": "one"},
        {"TimeGenerated": datetime(2026, 7, 1, 9, 11, tzinfo=UTC), "Log": None},
    )


def test_what_is_sent(service: EventTopic) -> None:
    """The workspace stands in the path, the query and the window in the body, and a token goes along."""
    service.answers = [answer(200, {"tables": [TABLE]})]
    asked(service).rows(WORKSPACE, "T | take 1", SINCE, UNTIL)
    (request,) = service.received
    assert request.path == f"/v1/workspaces/{WORKSPACE}/query"
    assert request.headers["authorization"] == "Bearer a-token"
    sent = json.loads(request.body)
    assert (sent["query"], sent["timespan"]) == ("T | take 1", "2026-07-01T09:00:00.000Z/2026-07-01T10:30:00.000Z")


@pytest.mark.parametrize(
    ("cloud", "endpoint"),
    [
        (AZURE_PUBLIC, "https://api.loganalytics.io"),
        (AZURE_CHINA, "https://api.loganalytics.azure.cn"),
        (AZURE_US_GOVERNMENT, "https://api.loganalytics.us"),
    ],
)
def test_each_cloud_has_its_own_address_and_audience(service: EventTopic, cloud: Cloud, endpoint: str) -> None:
    """The token is for the cloud's Log Analytics, also where the questions are sent to another address."""
    token = Token()
    assert LogQueries(ArmAccess(token, cloud)).endpoint == endpoint
    assert LogQueries(ArmAccess(token, cloud, base_url="https://a.example/")).endpoint == "https://a.example"
    service.answers = [answer(200, {"tables": [TABLE]})]
    asked(service, cloud, token).rows(WORKSPACE, "T", SINCE, UNTIL)
    assert token.scopes == [f"{endpoint}/.default"]


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (400, "BadArgumentError", "Failed to resolve table"),
        (401, "InvalidTokenError", "The token is of another tenant"),
        (403, "InsufficientAccessError", "The provided credentials have insufficient access"),
        (404, "PathNotFoundError", "The requested path does not exist"),
        (500, "InternalServerError", "An unexpected error"),
    ],
)
def test_a_refusal_is_unknown_with_its_words(service: EventTopic, status: int, code: str, message: str) -> None:
    """Whoever cannot read a workspace knows nothing, and says what the service said, without the token."""
    refusal = answer(status, {"error": {"code": code, "message": f"{message}; Bearer abcdef0123456789"}})
    service.answers = [refusal] * 4
    found = asked(service).rows(WORKSPACE, "T", SINCE, UNTIL)
    assert isinstance(found, Unknown)
    assert WORKSPACE in found.reason
    assert f"{code}: {message}" in found.reason
    assert "abcdef0123456789" not in found.reason


def test_a_long_wait_is_not_waited_out(service: EventTopic) -> None:
    """Where the service asks for minutes of patience, the answer is Unknown after one try."""
    service.answers = [answer(429, {"error": {"code": "ThrottledError", "message": "later"}}, **{"retry-after": "300"})]
    assert isinstance(asked(service).rows(WORKSPACE, "T", SINCE, UNTIL), Unknown)
    assert len(service.received) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"tables": [{**TABLE, "rows": []}], "error": {"code": "PartialError", "message": "some", "details": []}},
        {"tables": []},
        {},
        [],
        {"tables": [{"name": "PrimaryResult", "columns": [], "rows": [["more"]]}]},
    ],
)
def test_an_empty_part_or_another_shape_is_unknown(service: EventTopic, document: object) -> None:
    """A part of an answer without a row, and an answer of another shape, count as not read."""
    service.answers = [answer(200, document)]
    assert isinstance(asked(service).rows(WORKSPACE, "T", SINCE, UNTIL), Unknown)


def test_the_rows_of_a_part_count(service: EventTopic) -> None:
    """What was read of an answer that is not whole is true all the same."""
    error = {"code": "PartialError", "message": "some", "details": []}
    service.answers = [answer(200, {"tables": [TABLE], "error": error})]
    assert [row["Log"] for row in asked(service).rows(WORKSPACE, "T", SINCE, UNTIL)] == ["one", None]


def test_nobody_at_home_is_unknown() -> None:
    """A connection that nobody takes is Unknown, not an error."""

    class Unhurried(RequestsTransport):
        def sleep(self, duration: float) -> None:
            """Waiting between tries takes no time here."""

    access = ArmAccess(Token(), AZURE_PUBLIC, base_url="https://127.0.0.1:9", transport=Unhurried())
    assert isinstance(LogQueries(access).rows(WORKSPACE, "T", SINCE, UNTIL), Unknown)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("orders-api", '"orders-api"'),
        ('a" | take 1 //', '"a\\" | take 1 //"'),
        ("a\\", '"a\\\\"'),
        ("a\n| take 1", '"a\\n| take 1"'),
        ("it's", '"it\'s"'),
        ("é\u2028\U0001f600\x00", '"\\u00e9\\u2028\\U0001f600\\u0000"'),
    ],
)
def test_a_text_stays_a_text(value: str, literal: str) -> None:
    """Quotes, backslashes, line ends and anything that is not ASCII cannot end a literal."""
    assert kql_text(value) == literal


def test_the_library_is_imported_with_the_first_question() -> None:
    """Making the queries imports neither azure-monitor-query nor azure-identity."""
    code = (
        "import sys\nfrom remediator.adapters.azure.arm import ArmAccess\n"
        "from remediator.adapters.azure.log_query import LogQueries\nfrom remediator.core.cloud import AZURE_PUBLIC\n"
        "LogQueries(ArmAccess(None, AZURE_PUBLIC)).close()\n"
        "sys.exit([name for name in ('azure.monitor', 'azure.identity') if name in sys.modules] or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
