"""What does a program print that looks at host names from inside an environment?

It is told the names as arguments: `--mark M`, then `--login HOST[=ADDRESS,…]` and `--data HOST[=ADDRESS,…]`, and prints
one line of JSON for each check (docs/desired-state.md, "Probes"): `name`, `tcp`, `tls`, and `http` for a login server.
The sandbox does not run the program; it answers for it out of its own network. Called by `providers.job_runs`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from remediator.sandbox import public_tags, resolving
from remediator.sandbox.arm_id import region
from remediator.sandbox.arriving import Arrival, arrive, place_of
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

WORDS = ("--login", "--data")


@dataclass(frozen=True)
class Line:
    """One check of one name."""

    host: str
    check: str
    ok: bool
    detail: str
    addresses: tuple[str, ...] = ()


def printed(world: World, environment: Body, arguments: Sequence[str]) -> tuple[list[str], int]:
    """The lines and the exit code; nothing and 2 for arguments that make no sense."""
    pairs = list(zip(arguments[0::2], arguments[1::2], strict=False))
    marks = [value for word, value in pairs if word == "--mark"]
    names = [(word, value) for word, value in pairs if word in WORDS]
    if len(arguments) % 2 or len(marks) != 1 or len(names) + 1 != len(pairs):
        return [], 2
    lines: list[Line] = []
    passed = True
    for word, value in names:
        host, _, listed = value.partition("=")
        checks = list(_checks(world, environment, host, [one for one in listed.split(",") if one], word == "--login"))
        lines += checks
        passed = passed and all(check.ok for check in checks)
    return [_text(marks[0], line) for line in lines], 0 if passed else 1


def _text(mark: str, line: Line) -> str:
    told = {"probe": mark, "host": line.host, "check": line.check, "ok": line.ok, "detail": line.detail}
    return json.dumps({**told, "addresses": list(line.addresses)})


def _checks(world: World, environment: Body, host: str, wanted: list[str], login: bool) -> Iterator[Line]:
    answer = resolving.resolve(world, None, host, place_of(world, environment))
    if not answer.addresses:
        why = "[Errno -3] Temporary failure in name resolution" if answer.timed_out else "[Errno -2] Name not known"
        yield Line(host, "name", False, f"gaierror: {why}")
        return
    found = tuple(sorted(answer.addresses))
    if wanted and not set(found) <= set(wanted):
        yield Line(host, "name", False, f"answered with {', '.join(found)}, not with {', '.join(wanted)}", found)
        return
    yield Line(host, "name", True, ", ".join(found), found)
    arrival = _arrival(world, environment, host)
    if arrival.trouble == "timeout":
        yield Line(host, "tcp", False, "TimeoutError: timed out")
        return
    yield Line(host, "tcp", True, arrival.address)
    if arrival.trouble == "eof":
        yield Line(host, "tls", False, "SSLEOFError: EOF occurred in violation of protocol")
        return
    yield Line(host, "tls", True, "TLSv1.3")
    if login:
        denied = arrival.trouble == "denied"
        yield Line(host, "http", not denied, '403 b\'{"errors":[{"code":"DENIED"}]}\'' if denied else "401")


def _arrival(world: World, environment: Body, host: str) -> Arrival:
    known = resolving.registry_named(world, host)
    if known is None:
        return arrive(world, environment, host, public_tags.of_host(host))
    return arrive(world, environment, host, public_tags.of_registry(region(known[0].get("location"))), known[0])
