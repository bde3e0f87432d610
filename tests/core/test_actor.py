"""Who made a write: an account by a stable id, never by a name or an address."""

from __future__ import annotations

import pytest

from remediator.core.actor import Actor, ActorKind, actor_of

APP = "11111111-2222-3333-4444-555555555555"
OBJECT = "66666666-7777-8888-9999-000000000000"
OID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
SCOPE = "http://schemas.microsoft.com/identity/claims/scope"


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"appid": APP, "appidacr": "2", OID: OBJECT}, Actor(APP, ActorKind.APPLICATION)),
        ({"azp": APP.upper(), "oid": OBJECT}, Actor(APP, ActorKind.APPLICATION)),
        ({"appid": APP, OID: OBJECT, UPN: "ann@contoso.example"}, Actor(OBJECT, ActorKind.PERSON)),
        ({"appid": APP, OID: OBJECT, SCOPE: "user_impersonation"}, Actor(OBJECT, ActorKind.PERSON)),
        ({"appid": APP, "oid": OBJECT, "idtyp": "user"}, Actor(OBJECT, ActorKind.PERSON)),
        ({"appid": APP, "oid": OBJECT, "idtyp": "app", "name": "deployer"}, Actor(APP, ActorKind.APPLICATION)),
        ({"oid": OBJECT, "idtyp": "app"}, Actor(OBJECT, ActorKind.APPLICATION)),
        ({OID: OBJECT}, Actor(OBJECT)),
        ({UPN: "ann@contoso.example", "name": "Ann"}, Actor(None, ActorKind.PERSON)),
        ({"appid": APP, "name": "Ann"}, Actor(APP)),
        ({"appid": "{ID}", OID: 7}, Actor()),
        ({}, Actor()),
    ],
)
def test_claims_say_who(claims: dict[str, object], who: Actor) -> None:
    """An application is known by its application id; a person, through whatever application, by the object id."""
    assert actor_of(claims, {}) == who


@pytest.mark.parametrize(
    ("evidence", "who"),
    [
        ({"principalType": "User", "principalId": OBJECT}, Actor(OBJECT, ActorKind.PERSON)),
        ({"principalType": "ServicePrincipal", "principalId": OBJECT}, Actor(OBJECT, ActorKind.APPLICATION)),
        ({"principalType": "Group", "principalId": OBJECT}, Actor()),
        ({"role": "Subscription Admin"}, Actor()),
    ],
)
def test_the_role_assignment_helps_where_claims_are_empty(evidence: dict[str, object], who: Actor) -> None:
    """Whom the role was given to is the account, unless it was given to a group."""
    assert actor_of({}, evidence) == who


@pytest.mark.parametrize(
    ("caller", "who"),
    [
        ("Azure Traffic Manager and DNS", Actor(None, ActorKind.PLATFORM)),
        ("ann@contoso.example", Actor(None, ActorKind.PERSON)),
        (OBJECT.upper(), Actor(OBJECT)),
        ("Microsoft.PolicyInsights", Actor(None, ActorKind.POLICY)),
        ("some name", Actor()),
    ],
)
def test_a_caller_alone(caller: str, who: Actor) -> None:
    """Of a caller only a GUID is kept; Azure's DNS platform and Azure Policy are known by their names."""
    assert actor_of({}, {}, caller) == who


def test_an_assignment_s_identity_is_an_application() -> None:
    """Without the name of Azure Policy nothing is guessed: a policy's identity is an application like any other."""
    assert actor_of({"appid": APP}, {}, OBJECT).kind is ActorKind.APPLICATION


def test_who_can_be_compared() -> None:
    """Accounts are one by their id without case; Azure itself and Azure Policy have none; nobody known is nobody."""
    assert Actor(APP.upper()).key == Actor(APP, ActorKind.APPLICATION).key
    assert Actor(None, ActorKind.PLATFORM).key == "platform"
    assert Actor(None, ActorKind.PERSON).key is None


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize("known", [APP, None])
def test_every_kind_has_words(kind: ActorKind, known: str | None) -> None:
    """Every account can be named in a sentence, with its id where it has one."""
    words = str(Actor(known, kind))
    assert words
    assert known is None or kind is ActorKind.PLATFORM or known in words
