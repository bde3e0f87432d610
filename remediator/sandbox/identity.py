"""The managed identity endpoint of App Service, with tokens that look like Entra's (the az CLI decodes them)."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from remediator.sandbox.clouds import PRINCIPAL, TENANT
from remediator.sandbox.history import APPLICATION
from remediator.sandbox.wire import Response, reply

PATH = "/msi/token"
LIFETIME = 3600 * 8
NAMESPACE = uuid.UUID("6d1c2a50-0002-4000-8000-000000000000")


def _part(document: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def principal_of(client: str) -> str:
    """The object id of an identity that nobody has described, by its client id."""
    return PRINCIPAL if client == APPLICATION else str(uuid.uuid5(NAMESPACE, client.lower()))


def token(resource: str, seconds: float, client: str = APPLICATION, principal: str = "") -> str:
    """An unsigned JWT with the claims that clients look at; `client` is the identity's client id."""
    owner = principal or principal_of(client)
    claims: dict[str, object] = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": int(seconds),
        "nbf": int(seconds),
        "exp": int(seconds) + LIFETIME,
        "appid": client,
        "idtyp": "app",
        "oid": owner,
        "sub": owner,
        "tid": TENANT,
        "ver": "1.0",
        "xms_mirid": "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/sandbox/providers/"
        "Microsoft.Web/sites/sandbox",
    }
    return f"{_part({'typ': 'JWT', 'alg': 'none'})}.{_part(claims)}.c2FuZGJveA"


def answer(
    method: str, url: str, headers: Mapping[str, str], seconds: float, principals: Mapping[str, str] | None = None
) -> Response:
    """Answer a token request: `GET ?resource=…&client_id=…&api-version=2019-08-01` with the X-IDENTITY-HEADER.

    `principals` has the object ids of identities by their client ids, in lower case.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if method != "GET" or parts.path != PATH:
        return reply(404, {"error": "not_found", "error_description": f"There is no {method} {parts.path}."})
    if "x-identity-header" not in {name.lower() for name in headers}:
        return reply(401, {"error": "unauthorized", "error_description": "The X-IDENTITY-HEADER header is missing."})
    resource = query.get("resource") or query.get("scope", "")
    if not resource:
        return reply(400, {"error": "invalid_request", "error_description": "The resource is missing."})
    client = query.get("client_id") or APPLICATION
    principal = (principals or {}).get(client.lower(), "")
    document = {
        "access_token": token(resource, seconds, client, principal),
        "expires_on": str(int(seconds) + LIFETIME),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": client,
    }
    return reply(200, document)
