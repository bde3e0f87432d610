"""What the doctor reads from Azure, over the sandbox."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remediator.adapters.azure.arm import VERSIONS, Arm, ArmAccess
from remediator.adapters.azure.doctor import TYPES, AzureDoctor
from remediator.core import doctor_platform, doctor_wiring
from remediator.core.cloud import AZURE_CHINA, AZURE_PUBLIC
from remediator.core.doctor import Role, Setup, State
from remediator.core.doctor_identity import applier_rights, reader_rights
from remediator.core.doctor_platform import App
from remediator.core.permissions import READER, applier_actions, beside_actions
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.sandbox import Azure, SandboxServer, estates
from remediator.sandbox.providers import offered
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from tests.deployment import GROUP, HOME, READER_ID, SUB, TOPIC, URL, WRITER_ID, assigned, body, wired


class Place:
    """A sandbox with these resources beside the first incident's, and the doctor's eyes on it."""

    def __init__(self, resources: list[dict[str, Any]]) -> None:
        self.azure = Azure.from_estate(estates.load("first-incident"))
        for one in copy.deepcopy(resources):
            self.azure.put(one)
        access = ArmAccess(SandboxCredential(READER_ID), AZURE_CHINA, transport=SandboxTransport(self.azure))
        identities: dict[Role, str | None] = {Role.READER: None, Role.APPLIER: None}
        self.doctor = AzureDoctor(lambda: Arm(access), identities, URL, lambda: datetime.now(UTC))

    def states(self) -> dict[str, State]:
        """How events and alerts are judged."""
        wiring = self.doctor.wiring(SUB)
        checks = (
            doctor_wiring.events(SUB, self.doctor.topics(SUB), wiring, AZURE_PUBLIC),
            doctor_wiring.alerts(SUB, wiring, callers=False),
        )
        return {check.id: check.state for check in checks}


@pytest.fixture
def place() -> Iterator[Place]:
    yield Place(wired())


def test_a_whole_deployment_is_fine(place: Place) -> None:
    """A system topic of the subscription, an event subscription to our function, and a rule over our action group."""
    assert place.states() == {"event-grid": State.OK, "alerts": State.OK}


def test_without_a_deployment_nobody_tells_us() -> None:
    """An estate without topics and action groups is warned of, and nothing fails."""
    assert set(Place([]).states().values()) == {State.WARNING}


@pytest.mark.parametrize(
    ("endpoint", "state"),
    [
        (f"{URL}/api/events", State.OK),
        (f"{URL.upper().replace('HTTPS', 'https')}/api/events/", State.OK),
        ("https://somebody-else.example/api/events", State.WARNING),
        (f"{URL}.evil.example/api/events", State.WARNING),
    ],
)
def test_a_webhook_is_ours_by_its_host_and_route(place: Place, endpoint: str, state: State) -> None:
    """An event subscription to a webhook counts when it leads to our route and to no other host."""
    found = place.azure.resource(f"{TOPIC}/eventSubscriptions/to-us")
    assert found is not None
    found["properties"]["destination"] = {"endpointType": "WebHook", "properties": {"endpointBaseUrl": endpoint}}
    place.azure.put(found)
    assert place.states()["event-grid"] is state


def test_a_topic_of_something_else_does_not_count(place: Place) -> None:
    """System topics about storage accounts or other subscriptions tell nothing of this one."""
    found = place.azure.resource(TOPIC)
    assert found is not None
    found["properties"]["topicType"] = "Microsoft.Storage.StorageAccounts"
    place.azure.put(found)
    assert place.states()["event-grid"] is State.WARNING


@pytest.mark.parametrize("kind", ["Microsoft.EventGrid/systemTopics", "Microsoft.Insights/actionGroups"])
def test_what_is_refused_is_unknown(place: Place, kind: str) -> None:
    """A missing right of the reader is no missing topic and no missing action group."""
    place.azure.faults.refuse(kind)
    assert State.UNKNOWN in place.states().values()
    assert State.WARNING not in place.states().values()


def test_rules_that_cannot_be_read_are_not_called_missing(place: Place) -> None:
    """Where log-alert rules are refused, whether one calls us is unknown."""
    place.azure.faults.refuse("Microsoft.Insights/scheduledQueryRules")
    assert place.states()["alerts"] is State.UNKNOWN


def test_the_actions_of_the_reader_are_enough(place: Place) -> None:
    """With the reader's role and what `permissions --with doctor` adds, everything can be read."""
    place.azure.permissions[READER_ID] = {*READER, *beside_actions("reader", ["doctor"])}
    assert place.states() == {"event-grid": State.OK, "alerts": State.OK}
    assert not isinstance(place.doctor.providers(SUB), Unknown)
    assert not isinstance(place.doctor.app(SUB), Unknown)


@pytest.mark.parametrize("action", beside_actions("reader", ["doctor"]))
def test_each_action_is_needed(place: Place, action: str) -> None:
    """Without one of them something is unknown that is known with it."""
    place.azure.permissions[READER_ID] = {*READER, *beside_actions("reader", ["doctor"])} - {action}
    wiring = place.doctor.wiring(SUB)
    found = (place.doctor.topics(SUB), wiring, place.doctor.providers(SUB), place.doctor.app(SUB))
    unread = not isinstance(wiring, Unknown) and wiring.seen
    blind = not isinstance(found[0], Unknown) and any(isinstance(one.subscriptions, Unknown) for one in found[0])
    assert unread or blind or any(isinstance(one, Unknown) for one in found)


def test_the_app_is_found_by_its_address(place: Place) -> None:
    """The function app that answers at our address tells its plan, Python and TLS; another app is none of ours."""
    assert place.doctor.app(SUB) == App("app", "EP1", True, "3.13", "", "1.2")
    place.azure.remove(f"{HOME}/Microsoft.Web/sites/app")
    assert place.doctor.app(SUB) is None


def test_flex_consumption_tells_its_python_elsewhere(place: Place) -> None:
    """On Flex Consumption the runtime stands in functionAppConfig."""
    found = place.azure.resource(f"{HOME}/Microsoft.Web/sites/app")
    assert found is not None
    found["properties"] |= {"functionAppConfig": {"runtime": {"name": "python", "version": "3.12"}}}
    place.azure.put(found)
    place.azure.put(body(f"{HOME}/Microsoft.Web/sites/app/config/web", {"minTlsVersion": "1.2"}))
    app = place.doctor.app(SUB)
    assert isinstance(app, App)
    assert app.python == "3.12"


def test_the_cloud_is_asked_for_the_versions_that_we_ask_with(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each type that is read is judged by the api-version of the connection; a cloud without it is told."""
    providers = place.doctor.providers(SUB)
    assert not isinstance(providers, Unknown)
    assert {p.namespace: set(p.asked) for p in providers} == {n: set(kinds) for n, kinds in TYPES.items()}
    asked = {f"{p.namespace}/{kind}".lower(): version for p in providers for kind, version in p.asked.items()}
    assert asked["microsoft.network/privatednszones"] == VERSIONS["microsoft.network/privatednszones"]
    assert doctor_platform.api_versions(SUB, providers).state is State.OK
    lagging = {**offered.NAMESPACES["Microsoft.Network"], "privateDnsZones": ("2020-06-01",)}
    monkeypatch.setitem(offered.NAMESPACES, "Microsoft.Network", lagging)
    late = place.doctor.providers(SUB)
    check = doctor_platform.api_versions(SUB, late)
    assert (check.state, "privateDnsZones 2024-06-01 (newest: 2020-06-01)" in check.found) == (State.WARNING, True)


def test_the_clock_is_compared_with_azures(place: Place) -> None:
    """The header Date of Resource Manager's answer is the measure; an answer without one leaves it unknown."""
    assert isinstance(place.doctor.clock_ahead(), Unknown)  # in process there are no such headers
    with SandboxServer(place.azure) as server:
        access = ArmAccess(SandboxCredential(), AZURE_CHINA, server.arm_url, str(server.ca_path))
        late = AzureDoctor(lambda: Arm(access), {}, URL, lambda: datetime.now(UTC) + timedelta(minutes=5))
        ahead = late.clock_ahead()
    assert not isinstance(ahead, Unknown)
    assert timedelta(minutes=4, seconds=50) < ahead < timedelta(minutes=5, seconds=10)


def test_what_the_document_names_is_looked_for(place: Place) -> None:
    """A resource is there, is not there, or cannot be read."""
    assert place.doctor.exists(ResourceId(GROUP)) is True
    assert place.doctor.exists(ResourceId(f"{HOME}/Microsoft.Network/virtualNetworks/gone")) is False
    place.azure.faults.refuse(GROUP)
    assert isinstance(place.doctor.exists(ResourceId(GROUP)), Unknown)
    assert place.doctor.subscriptions() == (SUB,)
    found = place.doctor.registries(SUB)
    assert not isinstance(found, Unknown)
    assert {rid.name for rid in found} >= {"contosoalbum"}


def test_rights_of_somebody_else_are_read_from_assignments() -> None:
    """As whoever is signed in, the applier's roles are looked up: what it has on its group, and no more."""
    place = Place(assigned(WRITER_ID, "cccccccc-0000-4000-8000-000000000003", applier_actions()))
    access = ArmAccess(SandboxCredential(), AZURE_CHINA, transport=SandboxTransport(place.azure))
    named = AzureDoctor(lambda: Arm(access), {Role.APPLIER: WRITER_ID, Role.READER: ""}, URL, lambda: datetime.now(UTC))
    setup = Setup("azure", AZURE_CHINA)
    assert applier_rights({SUB: named.grants(Role.APPLIER, SUB)}, setup).state is State.OK
    assert reader_rights(SUB, setup, named.grants(Role.APPLIER, SUB)).state is State.ERROR
    unnamed = named.grants(Role.READER, SUB)
    assert isinstance(unnamed, Unknown)
    assert "REMEDIATOR_READER_CLIENT_ID" in unnamed.reason
