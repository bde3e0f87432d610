"""From a signal to its subject, from a subject to the part of the estate to look at."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from remediator.core.cloud import login_server_of
from remediator.core.diagnosis import Focus
from remediator.core.errors import Rejected
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.snapshot import Consumer, EndpointTarget, PrivateEndpoint, Registry, Snapshot
from remediator.core.subject import focus_of, subject_of

RG = "/subscriptions/s1/resourceGroups/rg"
REGISTRY = f"{RG}/providers/Microsoft.ContainerRegistry/registries/acrone"
ZONE = f"{RG}/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn"
NETWORK = f"{RG}/providers/Microsoft.Network/virtualNetworks/net"
ENDPOINT = f"{RG}/providers/Microsoft.Network/privateEndpoints/pe"
APP = f"{RG}/providers/Microsoft.App/containerApps/shop"
JOB = f"{RG}/providers/Microsoft.App/jobs/nightly"
ENVIRONMENT = f"{RG}/providers/Microsoft.App/managedEnvironments/env"
ROLE = "/providers/Microsoft.Authorization/roleAssignments/r1"


@pytest.mark.parametrize(
    ("named", "subject"),
    [
        (REGISTRY, REGISTRY),
        (REGISTRY.upper(), REGISTRY),
        (f"{REGISTRY}/privateEndpointConnections/c1", REGISTRY),
        (f"{REGISTRY}/replications/northeurope", REGISTRY),
        (REGISTRY + ROLE, REGISTRY),
        (f"{ZONE}/virtualNetworkLinks/l1", ZONE),
        (f"{ZONE}/A/acrone", ZONE),
        (f"{NETWORK}/subnets/snet", NETWORK),
        (f"{NETWORK}/virtualNetworkPeerings/hub", NETWORK),
        (ENDPOINT, ENDPOINT),
        (f"{ENDPOINT}/privateDnsZoneGroups/default", ENDPOINT),
        (f"{APP}/revisions/shop--1", APP),
        (JOB, JOB),
        (ENVIRONMENT, ENVIRONMENT),
    ],
)
def test_the_subject_of_a_named_resource(named: str, subject: str) -> None:
    """A child belongs to the resource at its top; what is named inside a resource group is looked up nowhere."""
    assert subject_of(Signal(SignalSource.ALERT, "s", subject=ResourceId(named))) == ResourceId(subject)


@pytest.mark.parametrize(
    ("host", "app", "environment", "subject"),
    [
        ("acrone.azurecr.cn", None, None, "/registries-by-host/acrone.azurecr.cn"),
        ("ACRONE.chinanorth3.data.azurecr.cn", "shop", None, "/registries-by-host/acrone.azurecr.cn"),
        ("ghcr.io", "shop", "env", "/apps-by-name/env/shop"),
        (None, "shop", None, "/apps-by-name/-/shop"),
        (None, "shop", ENVIRONMENT, "/apps-by-name/env/shop"),
        (None, APP, None, APP),
    ],
)
def test_the_subject_of_a_hint(host: str | None, app: str | None, environment: str | None, subject: str) -> None:
    """Where no resource is named, the registry's login server is the subject, and after that the app."""
    hint = Signal(SignalSource.ALERT, "s", registry_host=host, app=app, environment=environment)
    assert subject_of(hint) == ResourceId(subject)


@pytest.mark.parametrize("named", [None, RG, RG + ROLE, f"{RG}/providers/Microsoft.Storage/storageAccounts/a"])
def test_a_signal_about_nothing(named: str | None) -> None:
    """A signal that names nothing that we look at is refused, unless a hint says more."""
    subject = ResourceId(named) if named else None
    with pytest.raises(Rejected) as refused:
        subject_of(Signal(SignalSource.ALERT, "s", subject=subject, registry_host="ghcr.io"))
    assert refused.value.code == "signal-without-subject"
    hinted = Signal(SignalSource.ALERT, "s", subject=subject, registry_host="acrone.azurecr.cn")
    assert subject_of(hinted).name == "acrone.azurecr.cn"


def test_no_login_server() -> None:
    """A host of another registry is none of ours."""
    assert login_server_of("docker.io") is None
    assert login_server_of("") is None


ESTATE = Snapshot(
    registries={ResourceId(REGISTRY): Registry(ResourceId(REGISTRY), "cn", "acrone.azurecr.cn", "Premium")},
    consumers={
        ResourceId(APP): Consumer(ResourceId(APP), "app", ResourceId(ENVIRONMENT), ()),
        ResourceId(JOB): Consumer(ResourceId(JOB), "job", ResourceId(f"{ENVIRONMENT}2"), ()),
    },
    endpoints={
        ResourceId(ENDPOINT): PrivateEndpoint(
            ResourceId(ENDPOINT),
            "cn",
            ResourceId(f"{NETWORK}/subnets/pe"),
            (EndpointTarget(ResourceId(REGISTRY), "Approved"),),
        )
    },
)


@pytest.mark.parametrize(
    ("subject", "app", "registry", "consumer"),
    [
        (REGISTRY, None, REGISTRY, None),
        (REGISTRY, APP, REGISTRY, APP),
        (REGISTRY, "shop", REGISTRY, APP),
        (REGISTRY, "nobody", REGISTRY, None),
        ("/registries-by-host/acrone.azurecr.cn", None, REGISTRY, None),
        ("/registries-by-host/gone.azurecr.cn", None, None, None),
        ("/apps-by-name/-/shop", None, None, APP),
        (APP, None, None, APP),
        (ENDPOINT, None, REGISTRY, None),
        (ENVIRONMENT, None, None, APP),
        (ZONE, None, None, None),
        (NETWORK, None, None, None),
    ],
)
def test_what_is_looked_at(subject: str, app: str | None, registry: str | None, consumer: str | None) -> None:
    """One registry or consumer where the subject leads to one, everything where it may concern many or is gone."""
    opened = Incident("i1", ResourceId(subject), datetime(2026, 3, 1, tzinfo=UTC))
    incident = opened.receive((Signal(SignalSource.ALERT, "s", app=app),))
    wanted = Focus(ResourceId(registry) if registry else None, ResourceId(consumer) if consumer else None)
    assert focus_of(incident, ESTATE) == wanted
