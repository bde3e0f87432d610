"""The templates against Microsoft's published types: every deployment is right, and every kind of mistake is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.azure_types import needs_types, problems, shape_of
from tests.infra.bicep_syntax import read, read_text
from tests.infra.deployment import INFRA, deploy
from tests.infra.places import Deployment
from tests.infra.stories import STORIES, WHOLE, story

pytestmark = needs_types


@pytest.mark.parametrize("name", STORIES)
def test_a_deployment_is_right(name: str) -> None:
    """Types, versions, properties, words, scopes, parameters, outputs and ids of a deployment are as they should."""
    deployment = story(name)
    assert deployment.problems == []
    assert len(deployment.resources) > 30


def test_everything_is_deployed_once() -> None:
    """Each resource and module of each file has a part in one of the deployments that are looked at."""
    seen = {one for name in STORIES for one in story(name).seen}
    declared = {
        (file.name, one.name)
        for file in INFRA.rglob("*.bicep")
        for one in read(file).declared
        if one.what in ("resource", "module")
    }
    assert declared - seen == set()


def test_a_type_that_is_not_published_is_not_guessed() -> None:
    """A version that Microsoft has not published is none, and neither is a type that is written otherwise."""
    assert shape_of("Microsoft.Storage/storageAccounts", "2025-08-01") is not None
    assert shape_of("Microsoft.Storage/storageAccounts", "2025-08-02") is None
    assert shape_of("Microsoft.Storage/StorageAccounts", "2025-08-01") is None


# A mistake: the file, what stands there, what stands there instead, and what is said about it.
MISTAKES = [
    ("storage.bicep", "allowSharedKeyAccess:", "allowSharedKeys:", "allowSharedKeys: there is no such property"),
    ("storage.bicep", "'TLS1_2'", "'TLS12'", "minimumTlsVersion: 'TLS12' is none of"),
    ("storage.bicep", "  kind: 'StorageV2'\n", "", "account.kind: is required"),
    ("storage.bicep", "storageAccounts@2025-08-01", "storageAccounts@2025-08-02", "Microsoft.Storage/storageAccounts"),
    ("storage.bicep", "blobServices@2025-08-01", "blobServices@2020-01-01", "Microsoft has published no"),
    ("storage.bicep", "accessTier: 'Hot'", "creationTime: 'Hot'", "creationTime: is read-only"),
    ("storage.bicep", "allowBlobPublicAccess: false", "allowBlobPublicAccess: 'no'", "true or false is wanted"),
    ("storage.bicep", "primaryEndpoints.blob", "primaryEndpoints.blobs", "has no properties.primaryEndpoints.blobs"),
    ("storage.bicep", "output blobEndpoint string", "output blobEndpoint int", "output blobEndpoint is string"),
    ("storage.bicep", "days: 7", "days: 0", "deleteRetentionPolicy.days: 0 is out of range"),
    ("storage.bicep", "  parent: blobs\n", "", "needs a parent or 3 names"),
    ("network.bicep", "          priority: 100\n", "", "priority: is required"),
    ("network.bicep", "protocol: 'Tcp'", "protocol: 'Https'", "protocol: 'Https' is none of"),
    ("topic.bicep", "  location: location\n", "", "topic.location: is required"),
    ("telemetry.bicep", "'${name}-insights'", "workspace.properties.customerId", "the name hangs on what is known"),
    ("telemetry.bicep", "Application_Type: 'web'", "application_type: 'web'", "application_type: there is no such"),
    ("sign-in.bicep", "'authsettingsV2'", "'authsettingsV3'", "settings.name: 'authsettingsV3' is none of"),
    ("sign-in.bicep", "'AllowAnonymous'", "'AllowAll'", "unauthenticatedClientAction: 'AllowAll' is none of"),
    ("event-deliveries.bicep", "'StringBeginsWith'", "'StringStartsWith'", "'StringStartsWith' is none of"),
    ("event-deliveries.bicep", "values: kind.operations", "value: kind.operations", "value: there is no such property"),
    ("event-deliveries.bicep", "Minutes: 1440", "Minutes: '1440'", "eventTimeToLiveInMinutes: a number is wanted"),
    ("event-deliveries.bicep", "'AzureFunction'", "'Function'", "endpointType: 'Function' is none of"),
    ("dropped-events.bicep", "'StaticThresholdCriterion'", "'Static'", "criterionType: 'Static' is none of"),
    ("role-on-subscription.bicep", "'ServicePrincipal'", "'Identity'", "principalType: 'Identity' is none of"),
    ("system-topic.bicep", "Topics@2022-06-15", "Topics/x@2022-06-15", "Microsoft.EventGrid/systemTopics/x"),
    ("identities.bicep", "reader.properties.clientId", "reader.properties.client", "has no properties.client"),
    ("identities.bicep", "applier.id", "appliers.id", "appliers is not declared"),
    ("main.bicep", "    redundancy: redundancy\n", "", "parameter redundancy is missing"),
    ("main.bicep", "    redundancy: redundancy\n", "    redundancy: 'LRS'\n", "redundancy: 'LRS' is none of"),
    ("main.bicep", "    redundancy: redundancy\n", "    redundancy: redundancy\n    a: 1\n", "there is no parameter a"),
    ("main.bicep", "    zoneIds: zoneIds\n", "    zoneIds: parts\n", "parameter zoneIds: object is wanted"),
    ("main.bicep", "    retentionDays: retentionDays\n", "    retentionDays: 7\n", "retentionDays: 7 is not from 30"),
    ("main.bicep", "telemetry.outputs.workspaceId", "telemetry.outputs.id", "there is no 'id'"),
    ("access.bicep", "scope: subscription(id)", "scope: managementGroup(id)", "none goes to a managementGroup"),
    ("main.bicep", "  name: 'vault'\n  scope: group\n", "  name: 'vault'\n", "is for a resourceGroup and deployed to"),
    ("main.bicep", "flex ? appOnFlex", "!flex ? appOnFlex", ".outputs of what is not deployed"),
    ("access.bicep", "for id in watchedSubscriptions: {", "for id in roles.outputs.roleIds: {", "a loop hangs on what"),
    ("main.bicep", "[ here ] : watchedSubscriptions", "[ here ] : [ here, here ]", "made twice"),
    ("main.bicep", "name: 'pull-alerts-${i}'", "name: 'pull-alerts'", "deployed twice: /subscriptions/"),
    ("main.bicep", "var unique = uniqueString(subscription().id, name)", "var unique = appName", "hangs on itself"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right", "wrong", "said"), MISTAKES, ids=[f"{m[0]} {m[3]}" for m in MISTAKES])
def test_a_mistake_is_seen(file: str, right: str, wrong: str, said: str) -> None:
    """A template with one mistake is refused, and the text names it."""
    assert said in "\n".join(_with_mistake(file, right, wrong).problems)


def _with_mistake(file: str, right: str, wrong: str) -> Deployment:
    path = next(INFRA.rglob(file))
    text = path.read_text("utf-8")
    assert right in text
    return deploy(WHOLE, texts={file: read_text(text.replace(right, wrong, 1), path)})


# Objects to which the types let anybody add something; criteria of metric alerts are in FREE_IN.
FREE = ("tags", "userAssignedIdentities", "features")
FREE_IN = {"Microsoft.Insights/metricAlerts": ("criteria",)}


def _misspelled(value: Any, free: tuple[str, ...]) -> Iterator[Any]:
    """The value again and again, each time with one property of it, at any depth, misspelled."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield {(f"{name}s" if name == key else name): inner for name, inner in value.items()}
            if key not in free:
                yield from ({**value, key: inner} for inner in _misspelled(one, free))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from ([*value[:place], inner, *value[place + 1 :]] for inner in _misspelled(one, free))


@pytest.mark.parametrize("name", ["whole", "whole in China"])
def test_any_misspelled_property_is_seen(name: str) -> None:
    """Whichever property of whichever resource is misspelled, the types refuse it."""
    looked = 0
    for one in {(r.type, r.file, r.symbol): r for r in story(name).resources}.values():
        shape = shape_of(one.type, one.version)
        assert shape is not None
        for body in _misspelled(one.body, FREE + FREE_IN.get(one.type, ())):
            looked += 1
            assert any(problems(body, shape, one.symbol)), body
    assert looked > 500
