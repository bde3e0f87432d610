"""Whom does `remediator selftest` send its signal to, and as whom? From the settings to `core.selftest.Chain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from remediator.adapters.system.clock import SystemClock
from remediator.adapters.system.ids import SystemIds
from remediator.bootstrap.assembly import function_key
from remediator.bootstrap.environment import environment
from remediator.bootstrap.environment import settings as settings_of
from remediator.bootstrap.hidden import hidden_in, with_stand_ins
from remediator.core.cloud import cloud_named
from remediator.core.selftest import Outcome
from remediator.flow.watch_selftest import watch_selftest
from remediator.settings import PREFIX, Mode, Settings


def selftest(*, by_event: bool, patience: float) -> tuple[Outcome, str]:
    """What became of one signal to the remediator at `REMEDIATOR_PUBLIC_URL`, and that address.

    It calls with the function key where one is set or made on this machine, and in mode azure with a token of whoever
    is signed in here where `REMEDIATOR_API_SCOPE` says what for.
    """
    from remediator.adapters.remote.chain import RemoteChain

    known = environment()
    settings = settings_of(with_stand_ins(known))
    if f"{PREFIX}FUNCTION_KEY" in hidden_in(known):
        settings = replace(settings, function_key="")
    clock = SystemClock()
    mark = "".join(char for char in SystemIds().new() if char.isalnum())[-24:]
    chain = RemoteChain(
        settings.public_url, lambda: _headers(settings), by_event=by_event, now=lambda: clock.now().isoformat()
    )
    return watch_selftest(chain, clock, mark, patience=patience), settings.public_url


def _headers(settings: Settings) -> Mapping[str, str]:
    found: dict[str, str] = {}
    key = function_key(settings)
    if key:
        found["x-functions-key"] = key
    if settings.mode is Mode.AZURE and settings.api_scope:
        from remediator.adapters.remote.signing_in import credential, token_of

        held = credential(cloud_named(settings.cloud).authority)
        found["Authorization"] = f"Bearer {token_of(held, settings.api_scope, 'testing the chain')}"
    return found
