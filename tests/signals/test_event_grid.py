"""Events of Azure Resource Manager, in both schemas, become signals."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from remediator.core.actor import ActorKind
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Ignored, Quarantined, Signal, SignalSource
from remediator.signals.event_grid import handshake, parse_events

APP_ID = "11111111-2222-3333-4444-555555555555"
OBJECT_ID = "66666666-7777-8888-9999-000000000000"
REGISTRY = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.containerregistry/registries/shop"


def data(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "resourceUri": REGISTRY,
        "operationName": "Microsoft.ContainerRegistry/registries/write",
        "correlationId": "c-1",
        "claims": {"appid": APP_ID, "name": "A Person", "ipaddr": "198.51.100.7"},
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def event(kind: str = "Microsoft.Resources.ResourceWriteSuccess", **changes: object) -> dict[str, object]:
    return {
        "id": "e-1",
        "eventType": kind,
        "subject": REGISTRY,
        "eventTime": "2026-08-01T08:00:00.1234567Z",
        "data": data(**changes),
    }


def one(body: object) -> Signal:
    (answer,) = parse_events(body)
    assert isinstance(answer, Signal), answer
    return answer


def test_a_write_becomes_a_signal() -> None:
    """A registry's write names the registry, the operation, the moment and the application that did it."""
    assert one([event()]) == Signal(
        source=SignalSource.EVENT_GRID,
        id="e-1",
        at=datetime(2026, 8, 1, 8, 0, 0, 123456, tzinfo=UTC),
        subject=ResourceId(REGISTRY),
        operation="Microsoft.ContainerRegistry/registries/write",
        actor=APP_ID,
        correlation="c-1",
    )


def test_cloud_events_say_the_same() -> None:
    """CloudEvents 1.0 carries the same data under other names, as a single object."""
    cloud = {
        "specversion": "1.0",
        "id": "e-1",
        "type": "Microsoft.Resources.ResourceWriteSuccess",
        "source": "/subscriptions/s1",
        "time": "2026-08-01T08:00:00.1234567Z",
        "data": data(),
    }
    assert one(cloud) == one([event()])


def test_a_batch_keeps_its_order() -> None:
    """Each event of a batch has its own answer."""
    answers = parse_events([event(), 5, event("Microsoft.Resources.ResourceWriteFailure")])
    assert [type(answer) for answer in answers] == [Signal, Quarantined, Ignored]


@pytest.mark.parametrize("changes", [{"resourceUri": None, "resourceUrl": REGISTRY}, {"resourceUri": None}])
def test_subject_under_other_names(changes: dict[str, object]) -> None:
    """`resourceUrl` of newer SDKs and the bare subject name the resource too."""
    assert one(event(**changes)).subject == ResourceId(REGISTRY)


def test_operation_from_the_id() -> None:
    """Without an operation name the kind of event and the id say what was done."""
    operation = one(event("Microsoft.Resources.ResourceDeleteSuccess", operationName=None)).operation
    assert operation == "microsoft.containerregistry/registries/delete"


def test_a_child_stays_a_child() -> None:
    """A record's event is about the record; intake finds the registries behind it."""
    record = (
        "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn/A/shop"
    )
    signal = one(event(resourceUri=record, operationName="Microsoft.Network/privateDnsZones/A/write"))
    assert signal.subject == ResourceId(record)


@pytest.mark.parametrize(
    ("claims", "actor"),
    [
        ({"appid": APP_ID}, APP_ID),
        (json.dumps({"appid": APP_ID}), APP_ID),
        ({"http://schemas.microsoft.com/identity/claims/objectidentifier": OBJECT_ID}, OBJECT_ID),
        ({"name": "A Person", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "a@b.example"}, None),
        ({"appid": "a@b.example"}, None),
        ("{azure_resource_manager_claims}", None),
        ("", None),
        ({}, None),
        (None, None),
    ],
)
def test_actor_is_never_a_person(claims: object, actor: str | None) -> None:
    """The actor is an application or object id, from claims as object or text; names and addresses are left alone."""
    assert one(event(claims=claims)).actor == actor


@pytest.mark.parametrize(
    ("changes", "actor", "kind"),
    [
        ({"claims": {"appid": APP_ID, "oid": OBJECT_ID}}, APP_ID, ActorKind.APPLICATION),
        ({"claims": json.dumps({"appid": APP_ID, "oid": OBJECT_ID, "idtyp": "user"})}, OBJECT_ID, ActorKind.PERSON),
        ({"claims": {}, "authorization": {"evidence": []}}, None, ActorKind.UNKNOWN),
        (
            {
                "claims": {},
                "authorization": {"evidence": {"principalType": "User", "principalId": OBJECT_ID}},
            },
            OBJECT_ID,
            ActorKind.PERSON,
        ),
        ({"claims": "{azure_claims}", "authorization": "{azure_authorization}"}, None, ActorKind.UNKNOWN),
    ],
)
def test_a_person_behind_a_portal_is_the_person(changes: dict[str, object], actor: str | None, kind: ActorKind) -> None:
    """Whoever works through an application is known by the own object id, so that it cannot be an approver's."""
    signal = one(event(**changes))
    assert (signal.actor, signal.actor_kind) == (actor, kind)


@pytest.mark.parametrize(
    "operation",
    [
        "Microsoft.ContainerRegistry/registries/listCredentials/action",
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Resources/deployments/write",
        "Microsoft.App/containerApps/delete",
    ],
)
def test_other_operations_are_ignored(operation: str) -> None:
    """Actions, other providers, deployments (their children come on their own) and deleted apps say nothing to us."""
    (answer,) = parse_events(event(operationName=operation))
    assert isinstance(answer, Ignored)
    assert answer.reason


@pytest.mark.parametrize("kind", ["ResourceWriteFailure", "ResourceWriteCancel", "ResourceDeleteFailure"])
def test_what_did_not_happen_is_ignored(kind: str) -> None:
    """A failed or cancelled operation changed nothing."""
    assert parse_events(event(f"Microsoft.Resources.{kind}")) == (Ignored("the operation did not happen"),)


def test_resource_notifications() -> None:
    """A notification is about `resourceInfo.id`, whatever subscription its source names."""
    link = "/subscriptions/s2/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks/l"
    signal = one(
        {
            "id": "n-1",
            "source": "/subscriptions/s1",
            "type": "Microsoft.ResourceNotifications.Resources.Deleted",
            "data": {"resourceInfo": {"id": link}},
        }
    )
    assert signal.subject == ResourceId(link)
    assert signal.operation == "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete"


@pytest.mark.parametrize("bad", [REGISTRY + "/../x", "/subscriptions/s1", "shop", REGISTRY + "?a=b", 7])
def test_an_unreadable_id_is_kept(bad: object) -> None:
    """An event about us whose id cannot be read is quarantined, not dropped."""
    (answer,) = parse_events({**event(resourceUri=bad), "subject": ""})
    assert isinstance(answer, Quarantined)


def test_handshake() -> None:
    """The validation event's code is given back, and the event itself is no signal."""
    body = [{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "abc"}}]
    assert handshake(body) == "abc"
    assert parse_events(body) == (Ignored("handshake"),)
    assert handshake([event()]) is None
    assert parse_events([]) == (Ignored("an empty batch"),)


def test_an_event_without_id_has_a_stable_one() -> None:
    """The same event without an id has the same id each time, another event another."""
    bare = {key: value for key, value in event().items() if key != "id"}
    assert one(bare).id == one(dict(bare)).id
    assert one(bare).id != one({**bare, "eventTime": "2026-08-01T08:00:01Z"}).id
