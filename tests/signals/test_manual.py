"""A person's or a program's request becomes a signal, or is refused with every mistake."""

from __future__ import annotations

import json

import pytest

from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId
from remediator.core.signal import SignalSource
from remediator.signals.manual import parse_manual

REGISTRY = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/shop"
APP = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.App/containerApps/orders"


def test_a_request() -> None:
    """Registry, app, text and way stand in the signal."""
    signal = parse_manual({"registry": REGISTRY, "app": APP, "text": " 403 ", "way": "report"}, key="k-1")
    assert signal.source is SignalSource.MANUAL
    assert signal.subject == ResourceId(REGISTRY)
    assert (signal.app, signal.text, signal.requested_way, signal.id) == (APP, "403", "report", "manual:k-1")


def test_a_registry_is_enough() -> None:
    """Only the registry is needed, in any casing; the same body has the same id."""
    first = parse_manual({"registry": REGISTRY.lower()})
    assert first == parse_manual(json.dumps({"registry": REGISTRY.lower()}))
    assert first.subject == ResourceId(REGISTRY)


def test_every_mistake_is_listed() -> None:
    """A request with five mistakes is told all five."""
    with pytest.raises(Rejected) as refused:
        parse_manual({"registry": "shop", "app": REGISTRY, "text": 5, "way": "now", "force": True})
    assert refused.value.code == "bad-request"
    assert set(refused.value.context) == {"registry", "app", "text", "way", "force"}


@pytest.mark.parametrize(
    "registry",
    [
        None,
        "",
        7,
        "shop",
        APP,
        REGISTRY + "/replications/west",
        REGISTRY + "/../other",
        REGISTRY + "?x=1",
        "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries",
    ],
)
def test_not_a_registry(registry: object) -> None:
    """Anything but the full id of one registry is refused."""
    with pytest.raises(Rejected) as refused:
        parse_manual({"registry": registry})
    assert set(refused.value.context) == {"registry"}


@pytest.mark.parametrize("body", [None, [], "x", 5, [{"registry": REGISTRY}]])
def test_not_an_object(body: object) -> None:
    """A body that is no object is refused as a whole."""
    with pytest.raises(Rejected) as refused:
        parse_manual(body)
    assert set(refused.value.context) == {"body"}


def test_text_of_64_kib() -> None:
    """A text of 64 KiB is taken, one byte more is refused."""
    assert parse_manual({"registry": REGISTRY, "text": "x" * 65536}).text == "x" * 65536
    with pytest.raises(Rejected) as refused:
        parse_manual({"registry": REGISTRY, "text": "x" * 65535 + "é"})
    assert set(refused.value.context) == {"text"}


def test_a_bad_key() -> None:
    """An idempotency key with spaces or of excessive length is refused."""
    with pytest.raises(Rejected):
        parse_manual({"registry": REGISTRY}, key="a b")
