"""`remediator serve`: the web app and a work loop on this machine, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import signal
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import click

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.cli import out
from remediator.core.errors import Misconfigured, RemediatorError
from remediator.settings import IdentityProvider, Settings

HOST = "127.0.0.1"
MINUTE = 60.0


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; by default that of REMEDIATOR_PUBLIC_URL.")
@click.option(
    "--host",
    default=HOST,
    show_default=True,
    help="The address to listen on; 0.0.0.0 in a container, behind something that signs people in.",
)
def command(port: int | None, host: str) -> None:
    """Run the web app and a work loop. Prints `web http://127.0.0.1:P`, then `ready`."""
    from remediator.cli.serving import WebServer
    from remediator.cli.web_app import app_of

    settings = bootstrap.settings()
    _check_host(host, settings)
    address = urlsplit(settings.public_url)
    ours = address.hostname in ("127.0.0.1", "localhost")
    with WebServer(port if port is not None else (address.port or 8080) if ours else 8080, host) as server:
        if ours and host == HOST:
            settings = replace(settings, public_url=server.url)
        stopped = threading.Event()
        with bootstrap.build(settings) as runtime:
            app = app_of(runtime)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stopped.set())
            if not settings.function_key and runtime.function_key:
                out.say(f"callers of /api/* send x-functions-key: {runtime.function_key}")
            _log_to_stderr()
            runtime.start_work()
            server.start(app)
            out.show(f"web {server.url}")
            out.show("ready")
            _every_minute(runtime, stopped)


def _check_host(host: str, settings: Settings) -> None:
    """The local identity believes every name, and the Host header that it looks at is the sender's to choose."""
    if settings.identity_provider is IdentityProvider.LOCAL and host not in ("127.0.0.1", "localhost", "::1"):
        raise Misconfigured(
            "local-identity-not-on-loopback",
            f"listening on {host}: the local identity believes every name, and others could reach it there",
            hint="listen on 127.0.0.1, or let something sign people in and set the provider to easyauth",
        )


def _log_to_stderr() -> None:
    """One line for each thing that the program does."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("remediator")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def _every_minute(runtime: Runtime, stopped: threading.Event) -> None:
    """Wake what is due and sweep when it is time, as the timers do in Azure, until somebody stops us."""
    sweeps = threading.Thread(target=_sweep, args=(runtime, stopped), name="sweep", daemon=True)
    sweeps.start()
    while True:
        try:
            runtime.wake_due()
        except RemediatorError as error:
            runtime.log.error("waking what is due", code=error.code)
        if stopped.wait(MINUTE):
            return


def _sweep(runtime: Runtime, stopped: threading.Event) -> None:
    """A pass over everything whenever one is due."""
    from remediator.bootstrap.sweeping import sweeper

    if not runtime.settings.sweep:
        return
    here = sweeper(runtime)
    while not stopped.wait(MINUTE):
        try:
            here.here()
        except RemediatorError as error:
            runtime.log.error("sweeping", code=error.code)
