"""`pull-credential`: is there an identity or secret for this registry, and may it pull?

Judged on configuration and, where they are readable, role assignments; never mended by opening the network
(azure-facts 2.7 C).
"""

from __future__ import annotations

from remediator.core.finding import Finding, Severity
from remediator.core.grants import Grant, assignments_for, by_repository, held_roles, may_pull, wanted_role
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.rule import Rule
from remediator.core.snapshot import Consumer, Environment, Registry, RegistryCredential, Unknown

ID = "pull-credential"
ENVIRONMENT = "system-environment"


def judge(leg: Leg) -> Judgement | None:
    """Broken when the consumer has nothing to show to the registry, or something that surely may not pull."""
    servers = (leg.host, leg.name)
    credential = next((c for c in leg.consumer.credentials if c.server.lower() in servers), None)
    if credential is None and isinstance(leg.registry, Registry) and leg.registry.anonymous_pull:
        # with an entry Container Apps never falls back to an anonymous pull (azure-facts 2.2)
        return Judgement(Verdict.OK, "the registry lets anonymous pulls in")
    if credential is None and isinstance(leg.registry, Unknown):
        return Judgement(Verdict.UNKNOWN, f"there is no entry for {leg.host}, which may let anonymous pulls in")
    wrong = _wrong(leg.consumer, credential, leg) or _not_granted(leg, credential)
    if wrong is None:
        return Judgement(Verdict.OK, _words(credential))
    role = wanted_role(leg.registry) if isinstance(leg.registry, Registry) else "AcrPull"
    finding = Finding(
        rule=ID,
        target=leg.consumer.id,
        severity=Severity.BROKEN,
        summary=f"{leg.consumer.id.name} cannot sign in to {leg.host}: {wrong}",
        evidence=(
            f"configuration.registries of {leg.consumer.id.name} for {leg.host}: {_words(credential)}",
            *_roles(leg, credential),
        ),
        advice=f"Give the consumer a managed identity with {role} on the registry and name it in "
        "configuration.registries; a new assignment takes minutes to count. The network is not the cause.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, wrong, finding)


def _principal(leg: Leg, credential: RegistryCredential | None) -> str:
    """The principal id of the identity that the entry names, "" where it is not known.

    `system-environment` is the environment's own identity.
    """
    identity = credential.identity.lower() if credential else ""
    if identity == ENVIRONMENT:
        return leg.environment.principal if isinstance(leg.environment, Environment) else ""
    known = dict(leg.consumer.principals)
    return known.get(identity) or (leg.snapshot.principals.get(ResourceId(identity), "") if "/" in identity else "")


def _not_granted(leg: Leg, credential: RegistryCredential | None) -> str | None:
    """Why the identity may surely not pull; None where it may, or where the assignments are not known."""
    registry = leg.registry
    if not isinstance(registry, Registry) or credential is None or not credential.identity:
        return None
    if may_pull(registry, _principal(leg, credential), assignments_for(leg.snapshot, registry)) is not Grant.NO:
        return None
    mode = " (the registry is in ABAC mode, where AcrPull is ignored)" if by_repository(registry) else ""
    return f"its {_words(credential)} has no role that may pull, {wanted_role(registry)} is missing{mode}"


def _roles(leg: Leg, credential: RegistryCredential | None) -> tuple[str, ...]:
    principal = _principal(leg, credential)
    if not principal or not isinstance(leg.registry, Registry):
        return ()
    held = held_roles(leg.registry, principal, assignments_for(leg.snapshot, leg.registry))
    return (f"roles of this identity at {leg.registry.id.name} or above: {held}",)


def _wrong(consumer: Consumer, credential: RegistryCredential | None, leg: Leg) -> str | None:
    if credential is None:
        return "there is no identity or secret for this registry"
    if credential.identity:
        held = {identity.lower() for identity in consumer.identities}
        if not credential.identity.lower().startswith("system-") and credential.identity.lower() not in held:
            return f"it names the identity {credential.identity.rsplit('/', 1)[-1]}, which it does not have"
        home = leg.environment
        if credential.identity.lower() == ENVIRONMENT and isinstance(home, Environment) and home.without_identity:
            return f"it names the identity of its environment, and {home.id.name} has none"
        return None
    if not credential.username or not credential.secret:
        return "neither an identity nor a user with a password is named"
    if credential.secret not in consumer.secrets:
        return f"it names the secret {credential.secret}, which it does not have"
    registry = leg.registry
    if isinstance(registry, Registry) and not registry.admin_user and _is_admin(credential, registry):
        return "it uses the registry's admin user, which is switched off"
    return None


def _is_admin(credential: RegistryCredential, registry: Registry) -> bool:
    return credential.username.lower() == registry.id.name.lower()


def _words(credential: RegistryCredential | None) -> str:
    if credential is None:
        return "none"
    if credential.identity:
        return f"identity {credential.identity.rsplit('/', 1)[-1]}"
    return "user and password" if credential.username else "empty"


RULE = Rule(ID, HopName.CREDENTIAL, judge)
