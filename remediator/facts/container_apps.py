"""What do environments, apps and jobs say: where they run, what they pull, and with which credential?

Called by `facts.estate`. Microsoft.App answers null for most optional objects (corpus), and a job names its
environment `environmentId`, an app `managedEnvironmentId` or, newer, `environmentId` (azure-facts 2.2).
"""

from __future__ import annotations

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, Environment, RegistryCredential
from remediator.facts.reading import Body, identifier, items, properties, region, section, text

ENVIRONMENT = "Microsoft.App/managedEnvironments"
APP = "Microsoft.App/containerApps"
JOB = "Microsoft.App/jobs"
KINDS = {APP: "app", JOB: "job"}
SYSTEM = "system"


def read_environment(rid: ResourceId, body: Body) -> Environment:
    """The environment; without an infrastructure subnet it has no network of its own."""
    held = properties(body)
    logs, identity = section(held, "appLogsConfiguration"), section(body, "identity")
    return Environment(
        id=rid,
        location=region(text(body, "location")),
        subnet=identifier(section(held, "vnetConfiguration"), "infrastructureSubnetId"),
        workload_profiles=held.get("workloadProfiles") is not None,
        provisioning_state=text(held, "provisioningState", "Succeeded"),
        principal=text(identity, "principalId", ""),
        without_identity="type" in identity and not _has_system_identity(identity),
        infrastructure_group=text(held, "infrastructureResourceGroup", ""),
        log_destination=text(logs, "destination", "").lower(),
        log_workspace=text(section(logs, "logAnalyticsConfiguration"), "customerId", "").lower(),
        domain=text(held, "defaultDomain", ""),
    )


def read_consumer(rid: ResourceId, body: Body, kind: str) -> Consumer:
    """An app or job; `kind` is `app` or `job`."""
    held = properties(body)
    configuration = section(held, "configuration")
    return Consumer(
        id=rid,
        kind=kind,
        environment=identifier(held, "managedEnvironmentId") or identifier(held, "environmentId"),
        images=_images(section(held, "template")),
        credentials=tuple(_credential(entry) for entry in items(configuration, "registries")),
        secrets=tuple(text(entry, "name") for entry in items(configuration, "secrets")),
        identities=_identities(section(body, "identity")),
        principals=_principals(section(body, "identity")),
        init_images=_init_only(section(held, "template")),
        location=region(text(body, "location", "")),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
    )


def _images(template: Body) -> tuple[str, ...]:
    containers = (*items(template, "containers"), *items(template, "initContainers"))
    return tuple(dict.fromkeys(text(container, "image") for container in containers))


def _init_only(template: Body) -> frozenset[str]:
    named = {key: {text(one, "image") for one in items(template, key)} for key in ("containers", "initContainers")}
    return frozenset(named["initContainers"] - named["containers"])


def _credential(entry: Body) -> RegistryCredential:
    return RegistryCredential(
        server=text(entry, "server").lower(),
        identity=text(entry, "identity", ""),
        username=text(entry, "username", ""),
        secret=text(entry, "passwordSecretRef", ""),
    )


def _identities(identity: Body) -> tuple[str, ...]:
    system = (SYSTEM,) if _has_system_identity(identity) else ()
    return (*system, *sorted(str(name) for name in section(identity, "userAssignedIdentities")))


def _principals(identity: Body) -> tuple[tuple[str, str], ...]:
    """The principal ids that the body itself names: a GET shows them for every identity that is assigned."""
    assigned = section(identity, "userAssignedIdentities")
    named = {str(name).lower(): text(section(assigned, name), "principalId", "").lower() for name in assigned}
    if _has_system_identity(identity):
        named[SYSTEM] = text(identity, "principalId", "").lower()
    return tuple(sorted((name, principal) for name, principal in named.items() if principal))


def _has_system_identity(identity: Body) -> bool:
    return "systemassigned" in text(identity, "type", "").lower()
