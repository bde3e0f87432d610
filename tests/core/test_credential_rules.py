"""Identities, secrets, roles and references: what a consumer shows to the registry, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from remediator.core.finding import Finding, Severity
from remediator.core.pull_path import HopName, PullPath, Verdict
from tests.built_in_roles import ACR_PULL, KEY_VAULT_READER
from tests.core.breaks_way import APP, REGISTRY, assignment
from tests.core.diagnosing import diagnosed
from tests.estate_builder import SUB, EstateBuilder, healthy, rid

IDENTITY = rid("Microsoft.ManagedIdentity/userAssignedIdentities", "puller")
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"
PULLER = "cccccccc-0000-4000-8000-000000000009"
PRIVATE = "shop.privatelink.azurecr.io"


def entry(**held: Any) -> EstateBuilder:
    """The healthy estate, with this entry for the registry instead of its own."""
    builder = healthy()
    configuration = builder.get(APP)["properties"]["configuration"]
    configuration["registries"] = [{"server": "shop.azurecr.io", **held}]
    configuration["secrets"] = [{"name": "pw"}]
    return builder


def user_assigned(*, principal: str | None = PULLER, listed: bool = True, body: bool = False) -> EstateBuilder:
    """The app pulls with a user-assigned identity; its principal stands there, in a body of its own, or nowhere."""
    builder = entry(identity=IDENTITY)
    known = {"principalId": principal} if principal and not body else {}
    held = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY.lower(): known} if listed else {}}
    builder.get(APP)["identity"] = held
    if body:
        kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
        builder.add({"id": IDENTITY, "name": "puller", "type": kind, "properties": {"principalId": principal}})
    return builder


def granted(builder: EstateBuilder, role: str, principal: str = "p", **more: Any) -> EstateBuilder:
    assignment(builder, role, principal, **more)
    return builder


def with_property(builder: EstateBuilder, **properties: Any) -> EstateBuilder:
    builder.get(REGISTRY)["properties"].update(properties)
    return builder


def path_of(builder: EstateBuilder, host: str = "shop.azurecr.io") -> tuple[PullPath, Finding | None]:
    """The path of the app to a host, and the finding that names it."""
    found = diagnosed(builder)
    path = next(path for path in found.paths if path.host == host)
    return path, next((one for one in found.findings if path.key in one.paths), None)


SIGNS_IN: dict[str, Callable[[], EstateBuilder]] = {
    "the system identity, no assignment read": lambda: healthy(),
    "the system identity in another casing": lambda: entry(identity="System"),
    "a user and a secret that is there": lambda: entry(username="robot", passwordSecretRef="pw"),
    "an empty identity beside a user": lambda: entry(identity="", username="robot", passwordSecretRef="pw"),
    "the admin user where it is on": lambda: with_property(
        entry(username="shop", passwordSecretRef="pw"), adminUserEnabled=True
    ),
    "an identity of its own": user_assigned,
    "AcrPull for the system identity": lambda: granted(healthy(), ACR_PULL),
    "AcrPull at the subscription": lambda: granted(healthy(), ACR_PULL, scope=f"/subscriptions/{SUB}"),
    "AcrPull for the user-assigned identity": lambda: granted(user_assigned(), ACR_PULL, PULLER),
    "AcrPull, the principal in a body of its own": lambda: granted(user_assigned(body=True), ACR_PULL, PULLER),
    "no role, the principal not known": lambda: granted(user_assigned(principal=None), KEY_VAULT_READER, "else"),
    "a group's role": lambda: granted(healthy(), ACR_PULL, "group", principalType="Group"),
    "the environment's identity, of which nothing is read": lambda: granted(
        entry(identity="system-environment"), KEY_VAULT_READER, "else"
    ),
    "Repository Reader in ABAC mode": lambda: granted(
        with_property(healthy(), roleAssignmentMode="AbacRepositoryPermissions"), REPOSITORY_READER
    ),
    "no entry, and the registry lets anybody in": lambda: with_property(_without_entry(), anonymousPullEnabled=True),
}


def _without_entry() -> EstateBuilder:
    builder = healthy()
    builder.get(APP)["properties"]["configuration"]["registries"] = None
    return builder


@pytest.mark.parametrize("name", SIGNS_IN)
def test_what_may_pull_is_no_finding(name: str) -> None:
    """An identity or secret that is there, and may pull or may perhaps, leaves the path ok."""
    path, finding = path_of(SIGNS_IN[name]())
    assert (path.verdict, finding) == (Verdict.OK, None)


Refused = tuple[Callable[[], EstateBuilder], str]
REFUSED: dict[str, Refused] = {
    "no entry": (_without_entry, "no identity or secret"),
    "an entry for another registry": (lambda: entry(server="other.azurecr.io", identity="system"), "no identity"),
    "an empty entry": (lambda: entry(), "neither an identity nor a user"),
    "a user without a secret": (lambda: entry(username="robot"), "neither an identity nor a user"),
    "a secret that is not there": (lambda: entry(username="robot", passwordSecretRef="gone"), "the secret gone"),
    "an identity that is not assigned": (lambda: user_assigned(listed=False), "the identity puller"),
    "the admin user where it is off": (lambda: entry(username="Shop", passwordSecretRef="pw"), "switched off"),
    "an entry where anonymous pulls would do": (
        lambda: with_property(entry(username="shop", passwordSecretRef="pw"), anonymousPullEnabled=True),
        "switched off",
    ),
    "no role for the system identity": (lambda: granted(healthy(), KEY_VAULT_READER, "else"), "AcrPull is missing"),
    "no role for the user-assigned identity": (
        lambda: granted(user_assigned(), ACR_PULL, "p"),
        "AcrPull is missing",
    ),
    "a role on another registry": (
        lambda: granted(healthy(), ACR_PULL, scope=REGISTRY.replace("/shop", "/tools")),
        "AcrPull is missing",
    ),
    "AcrPull in ABAC mode": (
        lambda: granted(with_property(healthy(), roleAssignmentMode="AbacRepositoryPermissions"), ACR_PULL),
        "Container Registry Repository Reader is missing",
    ),
    "Repository Reader outside ABAC mode": (lambda: granted(healthy(), REPOSITORY_READER), "AcrPull is missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_surely_may_not_pull_is_broken(name: str) -> None:
    """The credential hop is broken, the reason names what is missing, the app is the target, and nothing is planned."""
    build, words = REFUSED[name]
    path, finding = path_of(build())
    assert path.deciding is not None and finding is not None
    assert (path.deciding.name, finding.rule, finding.target.text) == (HopName.CREDENTIAL, "pull-credential", APP)
    assert (words in finding.summary, finding.severity, finding.remedy) == (True, Severity.BROKEN, ())


def test_evidence_names_the_roles_that_are_held() -> None:
    """Who looks for the missing role sees which ones the identity has."""
    _, finding = path_of(granted(with_property(healthy(), roleAssignmentMode="AbacRepositoryPermissions"), ACR_PULL))
    assert finding is not None
    assert any(line.endswith("roles of this identity at shop or above: AcrPull") for line in finding.evidence)


def test_a_missing_role_never_opens_a_network() -> None:
    """A refused identity in a network without a link: the credential is the finding, and nothing is planned for it."""
    builder = granted(healthy(), KEY_VAULT_READER, "else")
    builder.drop(rid("Microsoft.Network/privateDnsZones", builder.zone_name) + "/virtualNetworkLinks/to-vnet-spoke")
    found = diagnosed(builder)
    assert (found.findings[0].rule, found.plan.changes) == ("pull-credential", ())


def test_an_entry_without_an_image_is_asked_too() -> None:
    """Container Apps exchanges a token for every entry: one that names no identity breaks the app all the same."""
    builder = healthy()
    builder.registry("tools", closed=False)
    builder.get(APP)["properties"]["configuration"]["registries"].append({"server": "tools.azurecr.io"})
    path, finding = path_of(builder, "tools.azurecr.io")
    assert (path.verdict, finding and finding.rule) == (Verdict.BROKEN, "pull-credential")


def private_name(server: str) -> EstateBuilder:
    """The image names the registry by its private-link name, the entry by `server`."""
    builder = entry(server=server, identity="system")
    builder.get(APP)["properties"]["template"]["containers"][0]["image"] = f"{PRIVATE}/orders:1"
    return builder


def test_a_private_link_name_is_no_name_of_a_registry() -> None:
    """No certificate covers the private-link name: the reference is wrong, and the advice says the right name."""
    path, finding = path_of(private_name(PRIVATE), PRIVATE)
    assert path.deciding is not None and finding is not None
    assert (path.deciding.name, finding.rule, finding.target.text) == (HopName.IMAGE, "image-reference", APP)
    assert ("shop.azurecr.io" in finding.advice, finding.remedy) == (True, ())


def test_a_private_link_name_does_not_hide_what_is_broken_before() -> None:
    """Names and routes are judged as for the registry itself."""
    builder = private_name(PRIVATE)
    builder.drop(rid("Microsoft.Network/privateDnsZones", builder.zone_name) + "/virtualNetworkLinks/to-vnet-spoke")
    path, _ = path_of(builder, PRIVATE)
    assert path.deciding is not None
    assert path.deciding.rule == "vnet-link"


def test_a_private_link_name_beside_a_right_entry_is_a_wrong_reference() -> None:
    """An entry for the registry's own name is there: what is wrong is the image, not the credential."""
    _, finding = path_of(private_name("shop.azurecr.io"), PRIVATE)
    assert finding is not None
    assert finding.rule == "image-reference"


def unread_registry(*, named: bool) -> EstateBuilder:
    """The app pulls from a registry that nobody has read, with an entry for it if `named`."""
    builder = healthy()
    held = builder.get(APP)["properties"]
    held["template"]["containers"][0]["image"] = "elsewhere.azurecr.io/x:1"
    held["configuration"]["registries"] = [{"server": "elsewhere.azurecr.io", "identity": "system"}] if named else None
    return builder


@pytest.mark.parametrize(("named", "at"), [(False, HopName.CREDENTIAL), (True, HopName.ENDPOINT)])
def test_a_registry_that_nobody_read_may_let_anybody_in(named: bool, at: HopName) -> None:
    """Without an entry it is not known whether one is needed; with one the path goes on until the registry is asked."""
    path, finding = path_of(unread_registry(named=named), "elsewhere.azurecr.io")
    assert path.deciding is not None
    assert (path.verdict, path.deciding.name, finding) == (Verdict.UNKNOWN, at, None)


SHOWN = [
    (healthy, "identity system"),
    (user_assigned, "identity puller"),
    (lambda: entry(username="robot", passwordSecretRef="pw"), "user and password"),
    (lambda: with_property(_without_entry(), anonymousPullEnabled=True), "the registry lets anonymous pulls in"),
]


@pytest.mark.parametrize(("build", "words"), SHOWN)
def test_the_hop_says_what_is_shown_to_the_registry(build: Callable[[], EstateBuilder], words: str) -> None:
    """What the app signs in with, never a secret itself."""
    path, _ = path_of(build())
    assert next(hop.detail for hop in path.hops if hop.name is HopName.CREDENTIAL) == words


TOLD = [
    (_without_entry, "none"),
    (lambda: entry(), "empty"),
    (lambda: entry(username="robot"), "user and password"),
    (lambda: user_assigned(listed=False), "identity puller"),
]


@pytest.mark.parametrize(("build", "words"), TOLD)
def test_evidence_shows_the_entry(build: Callable[[], EstateBuilder], words: str) -> None:
    """The evidence of a refused sign-in is the entry as it is configured."""
    _, finding = path_of(build())
    assert finding is not None
    assert finding.evidence[0] == f"configuration.registries of orders for shop.azurecr.io: {words}"


def test_a_principal_that_is_not_known_has_no_roles_to_show() -> None:
    """Roles are evidence only where the identity's principal was read."""
    _, finding = path_of(user_assigned(principal=None, listed=False))
    assert finding is not None
    assert not any("roles of this identity" in line for line in finding.evidence)


@pytest.mark.parametrize("abac", [True, False])
def test_the_advice_names_the_role_of_the_mode(abac: bool) -> None:
    """The owner is told the role that counts in this registry's mode."""
    builder = _without_entry()
    if abac:
        with_property(builder, roleAssignmentMode="AbacRepositoryPermissions")
    _, finding = path_of(builder)
    assert finding is not None
    assert ("Container Registry Repository Reader" if abac else "AcrPull") in finding.advice
