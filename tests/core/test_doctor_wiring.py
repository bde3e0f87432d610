"""Event subscriptions and alert rules, as the doctor judges them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.cloud import AZURE_CHINA, AZURE_PUBLIC
from remediator.core.doctor import State
from remediator.core.doctor_wiring import (
    EVENT_TYPES,
    OPERATIONS,
    ActionGroup,
    AlertRule,
    EventSubscription,
    Filter,
    Topic,
    Wiring,
    alerts,
    events,
)
from remediator.core.unknown import Unknown
from remediator.signals.concern import why_not

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
PREFIXES = ("Microsoft.ContainerRegistry/registries", "Microsoft.Network/", "Microsoft.App/")
WHOLE = EventSubscription("to-us", True, filters=(Filter("data.operationName", "StringBeginsWith", PREFIXES),))
GROUP = ActionGroup("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Insights/actionGroups/ag")
RULE = AlertRule("failed-pulls", "log", (GROUP.id.upper(),))
NONE = Wiring()


def judged(*subscriptions: EventSubscription, wiring: Wiring = NONE, cloud: object = AZURE_PUBLIC) -> State:
    topics = (Topic("topic", subscriptions),) if subscriptions else ()
    return events(SUBSCRIPTION, topics, wiring, cloud).state  # type: ignore[arg-type]


def test_every_operation_that_is_wanted_says_something() -> None:
    """The operations that the doctor asks for are those that the door of events takes in."""
    assert [name for name in OPERATIONS if why_not(name) is not None] == []


@pytest.mark.parametrize(
    ("subscription", "state"),
    [
        (WHOLE, State.OK),
        (replace(WHOLE, filters=()), State.OK),
        (replace(WHOLE, types=EVENT_TYPES), State.OK),
        (replace(WHOLE, types=EVENT_TYPES[:1]), State.WARNING),
        (replace(WHOLE, filters=(Filter("data.operationName", "StringIn", OPERATIONS),)), State.OK),
        (replace(WHOLE, filters=(Filter("data.operationName", "StringIn", OPERATIONS[1:]),)), State.WARNING),
        (replace(WHOLE, filters=(Filter("data.operationName", "StringBeginsWith", PREFIXES[1:]),)), State.WARNING),
        (replace(WHOLE, filters=(Filter("DATA.OPERATIONNAME", "stringIn", OPERATIONS[:3]),)), State.WARNING),
        (replace(WHOLE, filters=(*WHOLE.filters, Filter("data.status", "StringIn", ("Succeeded",)))), State.UNKNOWN),
        (replace(WHOLE, subject="/subscriptions/x/resourceGroups/rg"), State.UNKNOWN),
        (replace(WHOLE, state="Failed"), State.ERROR),
        (replace(WHOLE, ours=False), State.WARNING),
    ],
)
def test_an_event_subscription(subscription: EventSubscription, state: State) -> None:
    """Only one that delivers every operation is fine; a filter that cannot be judged is unknown and not fine."""
    assert judged(subscription) is state


def test_two_event_subscriptions_add_up() -> None:
    """What one leaves out another may deliver; one that failed delivers nothing."""
    half = len(OPERATIONS) // 2
    parts = [
        replace(WHOLE, name=str(at), filters=(Filter("data.operationName", "StringIn", names),))
        for at, names in enumerate((OPERATIONS[:half], OPERATIONS[half:]))
    ]
    assert judged(*parts) is State.OK
    assert judged(parts[0], replace(parts[1], state="Failed")) is State.WARNING


def test_what_cannot_be_read_is_unknown() -> None:
    """Neither topics nor event subscriptions that cannot be read count as absent."""
    assert events(SUBSCRIPTION, Unknown("403"), NONE, AZURE_PUBLIC).state is State.UNKNOWN
    assert events(SUBSCRIPTION, (Topic("t", Unknown("403")),), NONE, AZURE_PUBLIC).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("operations", "enabled", "state"),
    [
        ((), True, State.SKIPPED),
        (OPERATIONS, True, State.SKIPPED),
        (OPERATIONS[1:], True, State.WARNING),
        ((), False, State.WARNING),
    ],
)
def test_activity_log_alerts_take_the_place_of_events(operations: tuple[str, ...], enabled: bool, state: State) -> None:
    """Where activity-log alerts tell of every operation, nobody misses Event Grid, as in Azure China."""
    rule = AlertRule("changes", "activity-log", (GROUP.id,), enabled=enabled, operations=operations)
    assert judged(wiring=Wiring((GROUP,), (rule,)), cloud=AZURE_CHINA) is state


@pytest.mark.parametrize(
    ("wiring", "state", "words"),
    [
        (Wiring((GROUP,), (RULE,)), State.OK, "failed-pulls"),
        (NONE, State.WARNING, "no action group"),
        (Wiring((GROUP,)), State.WARNING, "no log-alert rule"),
        (Wiring((GROUP,), (replace(RULE, groups=("/other",)),)), State.WARNING, "no log-alert rule"),
        (Wiring((GROUP,), (replace(RULE, enabled=False),)), State.ERROR, "switched off: failed-pulls"),
        (Wiring((replace(GROUP, enabled=False),), (RULE,)), State.ERROR, "switched off: ag"),
        (Wiring((GROUP,), (replace(RULE, dimensions=False),)), State.WARNING, "no dimensions"),
        (Wiring((replace(GROUP, by_identity=True),), (RULE,)), State.ERROR, "Entra token"),
        (Wiring((GROUP,), (), {"scheduledQueryRules": "403"}), State.UNKNOWN, "scheduledQueryRules"),
        (Unknown("403"), State.UNKNOWN, "403"),
    ],
)
def test_alerts(wiring: Wiring | Unknown, state: State, words: str) -> None:
    """A failed pull comes to us over an action group of ours and a log-alert rule with dimensions."""
    found = alerts(SUBSCRIPTION, wiring, callers=False)
    assert (found.state, words in found.found) == (state, True)
    assert found.fix or state is State.OK


def test_a_token_of_an_action_group_needs_a_named_caller() -> None:
    """An action group with an identity is fine where somebody may call with a token."""
    wiring = Wiring((replace(GROUP, by_identity=True),), (RULE,))
    assert alerts(SUBSCRIPTION, wiring, callers=True).state is State.OK
