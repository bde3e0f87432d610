"""`POST /api/remediations`: a person or pipeline says "look there"; the same Idempotency-Key gives the same answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from starlette.responses import JSONResponse, Response

from remediator.core.errors import Rejected, Transient
from remediator.ports import Row, Write
from remediator.signals.manual import parse_manual
from remediator.web.access import caller
from remediator.web.door import KIB, Call
from remediator.web.pace import keep_pace

LIMIT = 256 * KIB
_PARTITION = "idempotency"


def remediate(call: Call) -> Response:
    """202 with the incident's id; `Rejected` lists the wrong fields."""
    who = caller(call.request, call.runtime.settings, call.principal)
    keep_pace(call, "asking for a remediation", who, most=300, seconds=60)
    if not call.whole:
        raise Rejected("body-too-long", f"the request is longer than {LIMIT // KIB} KiB", hint="shorten `text`")
    key = call.request.headers.get("idempotency-key")
    signal = parse_manual(call.body, key=key)
    # Who asked is what we know of the caller, never what the body says.
    signal = replace(signal, actor=call.principal.id if call.principal and call.principal.id == who else None)
    if key is None:
        return _accepted(call.runtime.take_in(signal).incident)
    name = hashlib.sha256(f"{who}\n{key}".encode()).hexdigest()
    body_hash = hashlib.sha256(call.body).hexdigest()
    known = call.runtime.rows.get(_PARTITION, name)
    if known is None:
        known = _remember(call, name, call.runtime.take_in(signal).incident, body_hash)
    return _repeat(known, body_hash)


def _remember(call: Call, name: str, incident: str, body_hash: str) -> Row:
    body = json.dumps({"incident": incident, "body": body_hash}).encode()
    try:
        call.runtime.rows.write(_PARTITION, [Write(name, body)])
    except Transient as error:
        # The same request arrived twice at once and the other one was first: its answer is the answer.
        first = call.runtime.rows.get(_PARTITION, name)
        if error.code != "lost-race" or first is None:
            raise
        return first
    return Row(_PARTITION, name, body)


def _repeat(known: Row, body_hash: str) -> Response:
    answer = json.loads(known.body)
    if answer["body"] != body_hash:
        raise Rejected(
            "idempotency-key-reused",
            "this Idempotency-Key was sent before with another body",
            context={"Idempotency-Key": "belongs to another request"},
            hint="use a new key for a new request",
        )
    return _accepted(answer["incident"])


def _accepted(incident: str) -> Response:
    return JSONResponse({"incident": incident}, 202)
