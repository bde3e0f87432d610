"""Who is it? Platform headers or a local name become a `Principal`, and nothing else does.

Platform headers count only where the settings say that the platform strips forged ones (App Service does while its
authentication is switched on: learn app-service/overview-authentication-authorization). The local identity believes
what is typed: for one machine, on loopback.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request

from remediator.web.runtime import IdentityKind, WebSettings

COOKIE = "remediator-user"
_MAX_HEADER = 65536
_SCHEMA = "http://schemas.microsoft.com/identity/claims/"
_OBJECT = ("oid", f"{_SCHEMA}objectidentifier")
_TENANT = ("tid", f"{_SCHEMA}tenantid")
_NAMES = ("name", "preferred_username", "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn")
_ROLES = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
_APPS = ("appid", "azp")
_LOCAL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", re.ASCII)
_NEXT = re.compile(r"/(approvals|incidents)(/[A-Za-z0-9._-]{1,400})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone signed in. `id` is stable (an object id, or a local name); `person` is False for an application.

    `overflow` says that the token has no room for all groups: what is missing is unknown, so nothing can be decided.
    """

    id: str
    name: str
    person: bool = True
    app: str = ""
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    overflow: bool = False

    def is_one_of(self, names: frozenset[str]) -> bool:
        """Whether the object id, application id, a group or a role is among the names; compared without case."""
        wanted = {name.lower() for name in names}
        own = {self.id, *self.groups, *self.roles, *([self.app] if self.app else [])}
        return any(name.lower() in wanted for name in own if name)


def principal_of(request: Request, settings: WebSettings) -> Principal | None:
    """Who sent the request, None for nobody that we know."""
    match settings.identity:
        case IdentityKind.PLATFORM if settings.platform_strips_headers:
            return _from_platform(request, settings)
        case IdentityKind.LOCAL:
            return _from_cookie(request, settings)
    return None


def sign_in_link(settings: WebSettings, path: str) -> str:
    """Where to sign in and come back to `path`; "" where nobody can sign in."""
    back = quote(safe_next(path), safe="")
    match settings.identity:
        case IdentityKind.PLATFORM:
            return f"/.auth/login/aad?post_login_redirect_uri={back}"
        case IdentityKind.LOCAL:
            return f"/signin?next={back}"
    return ""


def safe_next(path: str) -> str:
    """A path of our own pages, or the list of incidents: never an address of somebody else."""
    return path if _NEXT.fullmatch(path) else "/incidents"


def local_cookie(settings: WebSettings, name: str) -> str | None:
    """The cookie's value for a local name, None for a name that may not be used."""
    name = name.strip()
    return f"{name}|{_seal(settings, name)}" if _LOCAL_NAME.fullmatch(name) else None


def _from_cookie(request: Request, settings: WebSettings) -> Principal | None:
    name, _, seal = request.cookies.get(COOKIE, "").strip('"').rpartition("|")
    if name and _LOCAL_NAME.fullmatch(name) and hmac.compare_digest(seal.encode(), _seal(settings, name).encode()):
        return Principal(name.lower(), name)
    if settings.local_user and COOKIE not in request.cookies:
        return Principal(settings.local_user.lower(), settings.local_user)
    return None


def _seal(settings: WebSettings, name: str) -> str:
    return hmac.new(settings.csrf_key, f"local-user\n{name}".encode(), hashlib.sha256).hexdigest()


def _from_platform(request: Request, settings: WebSettings) -> Principal | None:
    sent = request.headers.getlist("x-ms-client-principal")
    if len(sent) != 1 or len(sent[0]) > _MAX_HEADER:
        return None
    try:
        document = json.loads(base64.b64decode(sent[0], validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("auth_typ") != "aad":
        return None
    role_type = document.get("role_typ")
    claims = _claims(document.get("claims"))
    return _from_claims(claims, role_type if isinstance(role_type, str) else "", settings)


def _claims(listed: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for claim in listed if isinstance(listed, list) else []:
        if isinstance(claim, dict) and isinstance(claim.get("typ"), str) and isinstance(claim.get("val"), str):
            found.setdefault(claim["typ"], []).append(claim["val"])
    return found


def _from_claims(claims: dict[str, list[str]], role_type: str, settings: WebSettings) -> Principal | None:
    objects, tenants = _values(claims, *_OBJECT), _values(claims, *_TENANT)
    if len(objects) != 1 or not next(iter(objects)):
        return None
    if settings.tenant and {tenant.lower() for tenant in tenants} != {settings.tenant.lower()}:
        return None
    name = next((claims[typ][0] for typ in _NAMES if claims.get(typ)), "")
    # An app-only token names nobody (azure-facts 5.1: ServicePrincipal claims have no upn or name).
    person = bool(name) and "app" not in claims.get("idtyp", [])
    return Principal(
        id=next(iter(objects)),
        name=name,
        person=person,
        app=next(iter(sorted(_values(claims, *_APPS))), ""),
        groups=frozenset(_values(claims, "groups")),
        roles=frozenset(_values(claims, *_ROLES, role_type)),
        overflow=_overflows(claims),
    )


def _overflows(claims: dict[str, list[str]]) -> bool:
    """Groups that do not fit are replaced by `_claim_names`, `hasgroups` or a link (learn: group overage claim)."""
    named = " ".join(claims.get("_claim_names", []))
    indirect = any(typ.startswith(("groups:", "_claim_sources")) for typ in claims)
    return "groups" in named or indirect or "hasgroups" in claims


def _values(claims: dict[str, list[str]], *types: str) -> set[str]:
    return {value for typ in types if typ for value in claims.get(typ, [])}
