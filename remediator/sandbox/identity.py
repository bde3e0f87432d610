"""The managed identity endpoint of App Service, with tokens that look like Entra's (the az CLI decodes them)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from remediator.sandbox.clouds import PRINCIPAL, TENANT
from remediator.sandbox.wire import Response, reply

PATH = "/msi/token"
LIFETIME = 3600 * 8


def _part(document: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def token(resource: str, seconds: float) -> str:
    """An unsigned JWT with the claims that clients look at."""
    claims: dict[str, object] = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": int(seconds),
        "nbf": int(seconds),
        "exp": int(seconds) + LIFETIME,
        "appid": "00000000-0000-0000-0000-0000000000c2",
        "idtyp": "app",
        "oid": PRINCIPAL,
        "sub": PRINCIPAL,
        "tid": TENANT,
        "ver": "1.0",
        "xms_mirid": "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/sandbox/providers/"
        "Microsoft.Web/sites/sandbox",
    }
    return f"{_part({'typ': 'JWT', 'alg': 'none'})}.{_part(claims)}.c2FuZGJveA"


def answer(method: str, url: str, headers: Mapping[str, str], seconds: float) -> Response:
    """Answer a token request: `GET ?resource=…&api-version=2019-08-01` with the X-IDENTITY-HEADER."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if method != "GET" or parts.path != PATH:
        return reply(404, {"error": "not_found", "error_description": f"There is no {method} {parts.path}."})
    if "x-identity-header" not in {name.lower() for name in headers}:
        return reply(401, {"error": "unauthorized", "error_description": "The X-IDENTITY-HEADER header is missing."})
    resource = query.get("resource") or query.get("scope", "")
    if not resource:
        return reply(400, {"error": "invalid_request", "error_description": "The resource is missing."})
    document = {
        "access_token": token(resource, seconds),
        "expires_on": str(int(seconds) + LIFETIME),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": "00000000-0000-0000-0000-0000000000c2",
    }
    return reply(200, document)
