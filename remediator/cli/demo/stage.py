"""What stands on the stage? A small Azure, a mail server, the web app and the work loop: all real, on loopback."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.bootstrap.environment import use_identity
from remediator.bootstrap.pace import BriskClock
from remediator.cli.demo.postbox import HOST, Postbox
from remediator.cli.serving import WebServer
from remediator.cli.watched import watched
from remediator.cli.web_app import app_of
from remediator.core.incident import Incident, JournalLine, Status
from remediator.core.resource_id import ResourceId
from remediator.sandbox import Azure, Network, SandboxServer, estates

ESTATE = "first-incident"
NIGHT_SHIFT = "night-shift@contoso.example"
LONGEST_STEP = 60.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that the story needs; `lines` are the journal's as they are saved."""

    azure: Azure
    network: Network
    server: SandboxServer
    postbox: Postbox
    runtime: Runtime
    site: str
    lines: queue.Queue[tuple[Incident, JournalLine]] = field(default_factory=queue.Queue)

    def journal_until(self, *wanted: Status, patience: float = LONGEST_STEP) -> Iterator[tuple[Incident, JournalLine]]:
        """Journal lines as they come, until one of the statuses or the end is reached, or nothing comes any more."""
        while True:
            try:
                incident, line = self.lines.get(timeout=patience)
            except queue.Empty:
                return
            yield incident, line
            if line.status is not None and (line.status in wanted or line.status.ended):
                return


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the app that cannot pull, the one that can, and all that belongs to the second one's team."""

    album: ResourceId
    catalog: ResourceId
    untouched: dict[str, Any]


def set_up(ends: ExitStack, folder: Path, record: Path | None) -> Stage:
    """Start everything; `ends` stops it, the last first."""
    azure = Azure.from_estate(estates.load(ESTATE), retry_after=0)
    server = ends.enter_context(SandboxServer(azure, record=record))
    use_identity(server.identity_url)
    postbox = Postbox()
    postbox.start()
    ends.callback(postbox.stop)
    web = ends.enter_context(WebServer())
    settings = bootstrap.settings(
        {
            "REMEDIATOR_MODE": "sandbox",
            "REMEDIATOR_CLOUD": azure.cloud,
            "REMEDIATOR_ARM_ENDPOINT": server.arm_url,
            "REMEDIATOR_CA_FILE": str(server.ca_path),
            "REMEDIATOR_DATA_DIR": str(folder),
            "REMEDIATOR_PUBLIC_URL": web.url,
            "REMEDIATOR_IDENTITY_PROVIDER": "local",
            "REMEDIATOR_SMTP_HOST": HOST,
            "REMEDIATOR_SMTP_PORT": str(postbox.port),
            "REMEDIATOR_SMTP_TLS": "plain",
            "REMEDIATOR_SMTP_FROM": "remediator@contoso.example",
            "REMEDIATOR_NOTIFY": NIGHT_SHIFT,
        }
    )
    lines: queue.Queue[tuple[Incident, JournalLine]] = queue.Queue()
    built = ends.enter_context(bootstrap.build(settings, sandbox=azure, clock=BriskClock()))
    runtime = watched(built, lambda incident, line: lines.put((incident, line)))
    web.start(app_of(runtime))
    runtime.start_work()
    return Stage(azure, Network(azure), server, postbox, runtime, web.url, lines)
