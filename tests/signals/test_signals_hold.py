"""Whatever arrives, the translators answer; real payloads too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.core.errors import Rejected
from remediator.core.signal import Ignored, Quarantined, Signal
from remediator.signals.event_grid import handshake, parse_events
from remediator.signals.manual import parse_manual
from remediator.signals.monitor_alert import parse_alert

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
KEYS = st.sampled_from(
    [
        "id",
        "eventType",
        "type",
        "subject",
        "data",
        "resourceUri",
        "operationName",
        "claims",
        "authorization",
        "schemaId",
        "essentials",
        "alertContext",
        "condition",
        "allOf",
        "dimensions",
        "name",
        "value",
        "SearchResults",
        "tables",
        "columns",
        "rows",
        "Msg",
        "Log_s",
        "alertTargetIDs",
        "monitorCondition",
        "monitoringService",
        "conditionType",
        "customProperties",
        "registry",
        "app",
        "text",
        "way",
        "resourceInfo",
        "validationCode",
        "status",
    ]
)
WORDS = st.sampled_from(
    [
        "Microsoft.Resources.ResourceWriteSuccess",
        "Microsoft.ResourceNotifications.Resources.Deleted",
        "Microsoft.EventGrid.SubscriptionValidationEvent",
        "azureMonitorCommonAlertSchema",
        "Microsoft.App/containerApps/write",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/containerApps/a",
        "LogQueryCriteria",
        "Activity Log - Administrative",
        "Failed",
        '{"Msg": "ImagePullFailure"}',
        "[" * 50,
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=6),
    max_leaves=25,
)


@given(VALUES)
def test_no_value_raises(body: object) -> None:
    """Any JSON value is answered with signals, ignored or quarantined."""
    for answer in (*parse_events(body), *parse_alert(body)):
        assert isinstance(answer, Signal | Ignored | Quarantined)
    assert parse_events(body)
    assert parse_alert(body)
    handshake(body)


@given(VALUES)
def test_manual_only_rejects(body: object) -> None:
    """Any JSON value is a signal or `Rejected` with a line for each field."""
    try:
        parse_manual(body)
    except Rejected as refused:
        assert refused.context


def test_deep_nesting_is_answered() -> None:
    """A document nested ten thousand deep is answered too."""
    deep = "[" * 10_000 + "]" * 10_000
    assert parse_events(deep)
    assert parse_alert(deep)


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus (../shared/corpus) is not on this machine")
def test_real_payloads_are_answered() -> None:
    """Every recorded alert and event is answered, and none of them, being about other things, is a signal."""
    for path in sorted((CORPUS / "alerts").glob("*/*.json")):
        answers = parse_alert(json.loads(path.read_text("utf-8")))
        assert answers and not any(isinstance(answer, Signal) for answer in answers), path.name
    for path in sorted((CORPUS / "events").glob("*.json")):
        body = json.loads(path.read_text("utf-8"))
        if path.name.startswith("handshake"):
            body = body["request"]["body"]
            assert handshake(body)
        assert all(isinstance(answer, Ignored) for answer in parse_events(body)), path.name
