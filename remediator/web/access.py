"""Who may call, read and decide? Checked here for every route, never left to the host alone."""

from __future__ import annotations

import hmac
from dataclasses import replace

from starlette.requests import Request

from remediator.core.approval import Person, is_approver
from remediator.core.desired import Approvers, DesiredState
from remediator.core.errors import Forbidden, Misconfigured, Rejected
from remediator.core.incident import Incident
from remediator.core.subject import approvers_of
from remediator.web.identity import Principal
from remediator.web.runtime import IdentityKind, WebSettings

_SHORTEST_KEY = 32


def check_settings(settings: WebSettings, *, api: bool, pages: bool) -> None:
    """`Misconfigured` when routes are wanted that could not tell who calls them."""
    if pages:
        _check_pages(settings)
    if api and not (
        settings.function_key or settings.platform_checks_keys or (_platform(settings) and settings.callers)
    ):
        raise Misconfigured(
            "caller-check-missing",
            "starting the API routes: neither a function key nor callers with an Entra token are set",
            hint="set the function key, or the identity provider and the ids that may call",
        )


def _check_pages(settings: WebSettings) -> None:
    if len(settings.csrf_key) < _SHORTEST_KEY:
        raise Misconfigured(
            "csrf-key-missing",
            f"starting the deciding routes: the CSRF key has fewer than {_SHORTEST_KEY} bytes",
            hint="set a random key; every instance needs the same one",
        )
    if settings.identity is IdentityKind.NONE:
        raise Misconfigured(
            "identity-missing",
            "starting the deciding routes: no identity provider is set, so nobody could be recognised",
            hint="switch the platform's authentication on and set the provider to easyauth; `local` is for one machine",
        )
    if settings.identity is IdentityKind.PLATFORM and not settings.platform_strips_headers:
        raise Misconfigured(
            "identity-not-trusted",
            "starting the deciding routes: platform identity headers may be forged as far as the settings say",
            hint="say that the platform strips forged headers only where its authentication really stands in front",
        )
    if settings.identity is IdentityKind.LOCAL and not settings.on_loopback:
        raise Misconfigured(
            "local-identity-not-on-loopback",
            "starting the deciding routes: the local identity believes every name, the public address is not loopback",
            hint="use http://127.0.0.1 as public address, or easyauth",
        )


def _platform(settings: WebSettings) -> bool:
    return settings.identity is IdentityKind.PLATFORM and settings.platform_strips_headers


def caller(request: Request, settings: WebSettings, principal: Principal | None) -> str:
    """An id for the one who calls an API route; `Rejected("not-authenticated")` for everybody else.

    A function key comes in `x-functions-key` or `?code=` and is compared in constant time; where the host has compared
    it already and we know none, one must still have been sent.
    """
    sent = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
    if settings.function_key:
        if hmac.compare_digest(sent.encode(), settings.function_key.encode()):
            return "function-key"
    elif settings.platform_checks_keys and sent:
        return "function-key"
    if principal is not None and settings.callers and principal.is_one_of(settings.callers):
        return principal.id
    raise Rejected(
        "not-authenticated",
        "the caller of this route is not known",
        hint="send the function key in x-functions-key, or a token of an application that may call",
    )


def reader(settings: WebSettings, principal: Principal | None) -> Principal:
    """The signed-in person who reads; `Rejected` or `Forbidden` for everybody else."""
    if principal is None:
        raise Rejected("not-signed-in", "reading incidents needs a signed-in person", hint="sign in and come back")
    if settings.readers and not principal.is_one_of(settings.readers):
        raise Forbidden("not-a-reader", "you are signed in, but may not read incidents", hint="ask for the reader role")
    return principal


def decider(settings: WebSettings, principal: Principal | None, incident: Incident, desired: DesiredState) -> Person:
    """The signed-in person who may decide, as the flow knows them; `Rejected` or `Forbidden` for everybody else.

    The flow asks again when it records the answer. Nobody is known by a name, which its owner can change.
    """
    if principal is None:
        raise Rejected("not-signed-in", "deciding needs a signed-in person", hint="sign in and come back")
    if not principal.person:
        raise Forbidden("not-a-person", "an application cannot decide about a plan")
    if principal.overflow:
        raise Forbidden(
            "groups-overflow",
            "your token has no room for all your groups, so whether you are an approver is not known",
            hint="ask for an app role, or have the token carry only groups assigned to the application",
        )
    person = Person(principal.id, principal.name, tuple(sorted(principal.groups)), tuple(sorted(principal.roles)), True)
    named = approvers_of(incident.registries, desired) or (settings.approvers,)
    if not all(is_approver(person, _or_default(approvers, settings)) for approvers in named):
        raise Forbidden(
            "approver-not-allowed",
            "you are signed in, but may not decide about every registry that this plan concerns",
            hint="approvers are object ids, groups or roles in the desired state",
        )
    return person


def decider_by_program(
    settings: WebSettings, principal: Principal | None, incident: Incident, desired: DesiredState
) -> Person:
    """Whoever decides without a page: a signed-in person as on the page, or an application that is an approver by name.

    Where nobody is named any person may decide, but no application.
    """
    if principal is None or principal.person:
        return decider(settings, principal, incident, desired)
    named = [_or_default(one, settings) for one in approvers_of(incident.registries, desired) or (settings.approvers,)]
    person = Person(principal.id, principal.name, (), tuple(sorted(principal.roles)), True)
    if not all((one.users or one.roles) and is_approver(person, replace(one, groups=())) for one in named):
        raise Forbidden(
            "approver-not-allowed",
            "this application is not named as an approver of every registry that this plan concerns",
            hint="name its object id or app role among the approvers in the desired state",
        )
    return person


def _or_default(approvers: Approvers, settings: WebSettings) -> Approvers:
    return approvers if approvers.users or approvers.groups or approvers.roles else settings.approvers
