"""Which adapters make up the program? `build` chooses them by mode; Azure's and the sandbox's are imported inside.

Where case files and wake-ups are kept depends on the storage that the settings name, not on the mode (`storage`).
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from remediator.bootstrap.access import applier, reader
from remediator.bootstrap.alerts import alert_channel
from remediator.bootstrap.code_side import code_side
from remediator.bootstrap.declared import desired_states
from remediator.bootstrap.environment import use_identity
from remediator.bootstrap.events import heard
from remediator.bootstrap.history import AzureHistory, identities
from remediator.bootstrap.logs import pull_logs
from remediator.bootstrap.notices import channels, fallbacks
from remediator.bootstrap.preflight import preflight
from remediator.bootstrap.probing import probes, revisions
from remediator.bootstrap.runtime import HERE, Runtime
from remediator.bootstrap.storage import kept
from remediator.bootstrap.telemetry import telemetry
from remediator.core.cloud import cloud_named
from remediator.core.errors import Misconfigured
from remediator.flow.advance import Flow
from remediator.ports import Clock, Ids, Log, Prober, Rows, Telemetry, Tokens, WorkQueue
from remediator.settings import Mode, Settings

if TYPE_CHECKING:
    from remediator.adapters.records.switch import RowSwitch
    from remediator.sandbox.azure import Azure

FIRST_ESTATE = "first-incident"


def build(settings: Settings, *, sandbox: Azure | None = None, clock: Clock | None = None) -> Runtime:
    """The runtime for these settings; raises `Misconfigured` when they cannot work.

    In mode sandbox the estate is served over HTTPS by this process, unless the settings name the address of a sandbox
    that runs already; `sandbox` is the small Azure behind either, without it the first incident. `clock` replaces the
    machine's. Close the runtime at the end.
    """
    from remediator.adapters.records.quarantine import RowQuarantine
    from remediator.adapters.system.clock import SystemClock
    from remediator.adapters.system.ids import SystemIds
    from remediator.adapters.system.log import SystemLog

    time, ids, log = clock or SystemClock(), SystemIds(), SystemLog()
    with ExitStack() as ends:
        prober: Prober | None = None
        if settings.mode is Mode.SANDBOX:
            settings, prober = _sandboxed(settings, sandbox, ends)
        key, tokens = _keys(settings)
        rows, work = kept(settings, time, log, lambda incident: flow.poisoned(incident), ends)
        told = telemetry(settings, log, ends)
        flow, switch = _flow(settings, rows, work, tokens, prober, time, ids, log, told)
        return Runtime(
            settings=settings,
            cloud=cloud_named(settings.cloud),
            clock=time,
            ids=ids,
            log=log,
            tokens=tokens,
            rows=rows,
            quarantine=RowQuarantine(rows, time, ids),
            switch=switch,
            observer=flow.observer,
            channels=flow.channels,
            flow=flow,
            work=work,
            csrf_key=_derived(key, "forms"),
            function_key=_function_key(settings, key),
            ends=ends.pop_all(),
        )


def _flow(
    settings: Settings,
    rows: Rows,
    work: WorkQueue,
    tokens: Tokens,
    prober: Prober | None,
    time: Clock,
    ids: Ids,
    log: Log,
    told: Telemetry,
) -> tuple[Flow, RowSwitch]:
    """The verbs with everything that they use; and the switch, which doors turn too."""
    from remediator.adapters.records.incidents import RowIncidents
    from remediator.adapters.records.leases import RowLeases
    from remediator.adapters.records.pace import RowPace
    from remediator.adapters.records.switch import RowSwitch
    from remediator.adapters.system.process import is_gone, this_process

    switch = RowSwitch(rows, time, settings.stopped)
    observer = reader(settings, told)
    flow = Flow(
        incidents=heard(RowIncidents(rows), settings, told, log),
        queue=work,
        clock=time,
        ids=ids,
        observer=observer,
        desired_states=desired_states(settings),
        tokens=tokens,
        applier=applier(settings, told),
        leases=RowLeases(rows, time, process=this_process(), is_gone=is_gone),
        switch=switch,
        log=log,
        channels={**channels(settings, tokens, log), **alert_channel(settings, observer, time, told)},
        preflight=preflight(settings, observer),
        pace=RowPace(rows, time),
        prober=prober,
        probes=probes(settings, observer, told),
        revisions=revisions(settings, observer, told),
        history=AzureHistory(observer.arm),
        logs=pull_logs(observer),
        code=code_side(settings, log),
        telemetry=told,
        identities=identities(settings),
        recipients=settings.notify or (() if settings.mode is Mode.AZURE else (HERE,)),
        fallbacks=fallbacks(settings, HERE),
    )
    return flow, switch


def _keys(settings: Settings) -> tuple[bytes, Tokens]:
    """The secret of this installation, and the tokens that are derived from it."""
    from remediator.adapters.system.tokens import HmacTokens, local_key

    key = settings.approval_key.encode() or local_key(settings.data_dir)
    return key, HmacTokens(key)


def function_key(settings: Settings) -> str:
    """The key that callers of /api/* present, "" where only the platform knows it."""
    return _function_key(settings, _keys(settings)[0])


def _function_key(settings: Settings, key: bytes) -> str:
    return settings.function_key or ("" if settings.mode is Mode.AZURE else _derived(key, "calls").hex())


def _derived(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose; none of them gives the others away."""
    return hmac.new(key, f"remediator\n{purpose}".encode(), hashlib.sha256).digest()


def _sandboxed(settings: Settings, azure: Azure | None, ends: ExitStack) -> tuple[Settings, Prober | None]:
    """The settings that lead to a small Azure over TLS, and who looks from inside it."""
    from remediator.bootstrap.probing import SandboxProber

    if settings.arm_endpoint:
        return settings, SandboxProber(azure) if azure is not None else None
    try:
        from remediator.sandbox import Azure as SmallAzure
        from remediator.sandbox import SandboxServer, estates
    except ImportError as error:
        raise Misconfigured(
            "sandbox-not-installed",
            f"starting the sandbox: {error.name or error} is not installed",
            hint="install remediator[cli], or set REMEDIATOR_MODE to local or azure",
        ) from error
    azure = azure or SmallAzure.from_estate(estates.load(FIRST_ESTATE))
    server = SandboxServer(azure).start()
    ends.callback(server.stop)
    use_identity(server.identity_url)
    led = replace(settings, arm_endpoint=server.arm_url, ca_file=server.ca_path, cloud=azure.cloud)
    return led, SandboxProber(azure)
