"""`pull-credential`: is there an identity or secret for this registry in the consumer's configuration?

Judged on configuration only; never mended by opening the network (azure-facts 2.7 C).
"""

from __future__ import annotations

from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rule import Rule
from remediator.core.snapshot import Consumer, Registry, RegistryCredential

ID = "pull-credential"


def judge(leg: Leg) -> Judgement | None:
    """Broken when the consumer has nothing to show to the registry, or names something that it has not."""
    if isinstance(leg.registry, Registry) and leg.registry.anonymous_pull:
        return Judgement(Verdict.OK, "the registry lets anonymous pulls in")
    credential = next((c for c in leg.consumer.credentials if c.server.lower() == leg.host), None)
    wrong = _wrong(leg.consumer, credential, leg)
    if wrong is None:
        return Judgement(Verdict.OK, _words(credential))
    finding = Finding(
        rule=ID,
        target=leg.consumer.id,
        severity=Severity.BROKEN,
        summary=f"{leg.consumer.id.name} cannot sign in to {leg.host}: {wrong}",
        evidence=(f"configuration.registries of {leg.consumer.id.name} for {leg.host}: {_words(credential)}",),
        advice="Give the consumer a managed identity with AcrPull (Container Registry Repository Reader in ABAC "
        "mode) and name it in configuration.registries. The network is not the cause.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, wrong, finding)


def _wrong(consumer: Consumer, credential: RegistryCredential | None, leg: Leg) -> str | None:
    if credential is None:
        return "there is no identity or secret for this registry"
    if credential.identity:
        held = {identity.lower() for identity in consumer.identities}
        if not credential.identity.lower().startswith("system-") and credential.identity.lower() not in held:
            return f"it names the identity {credential.identity.rsplit('/', 1)[-1]}, which it does not have"
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
