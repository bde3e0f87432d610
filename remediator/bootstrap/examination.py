"""What do the settings ask the doctor to look at? From the settings to `core.doctor.Setup`, and the whole examination.

Called by the door of the terminal. The environment is read here once more, for the vaults that unresolved references
name: a reference that the platform could not resolve is often a name that does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from remediator.adapters.system.clock import SystemClock
from remediator.adapters.system.names import addresses
from remediator.adapters.system.process import python_version
from remediator.bootstrap.access import reader
from remediator.bootstrap.doctor import LiveSurroundings, client_ids
from remediator.bootstrap.environment import environment
from remediator.bootstrap.hidden import hidden_in, with_stand_ins
from remediator.bootstrap.storage import addresses_of as storage_addresses
from remediator.core import doctor_platform, doctor_stores
from remediator.core.alert_state import Follow
from remediator.core.cloud import AZURE_PUBLIC, CLOUDS, cloud_named
from remediator.core.desired import DesiredState
from remediator.core.doctor import Check, Role, Setup, State
from remediator.core.errors import RemediatorError
from remediator.flow.examine import examine
from remediator.ports import Clock
from remediator.settings import BadSettings, Settings

if TYPE_CHECKING:
    from remediator.adapters.azure.doctor import AzureDoctor

HOST_VERSION = "FUNCTIONS_EXTENSION_VERSION"
_REFERENCE = re.compile(r"@Microsoft\.KeyVault\(.*?(?:https://([A-Za-z0-9.-]+)/|VaultName=([A-Za-z0-9-]+))")


def checks(
    *, send_test: bool = False, as_me: bool = False, environ: Mapping[str, str] | None = None
) -> Iterator[Check]:
    """Every check for an environment, by default the process's.

    Where its settings are wrong, these are told, and nothing else is looked at but the vaults that they name.
    """
    known = environment(environ)
    hidden = hidden_in(known) if as_me else ()
    try:
        settings = Settings.from_environment(with_stand_ins(known) if hidden else known)
    except BadSettings as bad:
        yield from doctor_stores.settings(bad.problems)
        for host in vaults(known):
            yield doctor_platform.name(host, addresses(host))
        yield Check("other", State.UNKNOWN, "nothing else can be looked at", "set the variables right first")
        return
    clock = SystemClock()
    with ExitStack() as ends:
        around = LiveSurroundings(settings, ends, clock)
        yield from examine(
            replace(setup_of(settings, around.desired(), as_me=as_me), host=known.get(HOST_VERSION, ""), hidden=hidden),
            around,
            azure_of(settings, as_me=as_me, clock=clock),
            today=clock.now().date(),
            python=python_version(),
            hosts_of_teams=hosts_of_teams(settings),
            send_test=send_test,
        )


def azure_of(settings: Settings, *, as_me: bool, clock: Clock) -> AzureDoctor:
    """What Resource Manager tells; with `as_me` it is read as whoever is signed in here. Nothing is asked yet."""
    from remediator.adapters.azure.doctor import AzureDoctor

    ids = client_ids(settings)
    same = ids[Role.APPLIER].lower() == ids[Role.READER].lower()
    # Whoever asks is told what they may do themselves; about somebody else their role assignments are read.
    asked = {role: None if not as_me and (role is Role.READER or same) else ids[role] for role in Role}
    reading = reader(replace(settings, reader_client_id="") if as_me else settings)
    return AzureDoctor(reading.arm, asked, settings.public_url, clock.now, settings.subscriptions)


def setup_of(settings: Settings, desired: DesiredState | RemediatorError, *, as_me: bool) -> Setup:
    """What the settings and the document ask for, as the checks need it."""
    probes = not isinstance(desired, RemediatorError) and bool(desired.probes)
    restarts = not isinstance(desired, RemediatorError) and desired.limits.allow_restart
    asked = {"probe": probes, "restart": restarts, "alerts": Follow(settings.alerts) is not Follow.OFF}
    return Setup(
        mode=settings.mode.value,
        cloud=cloud_named(settings.cloud),
        subscriptions=settings.subscriptions,
        client_ids=client_ids(settings),
        beside=tuple(name for name, wanted in asked.items() if wanted),
        hosts=tuple(_hosts(settings)),
        approvers=bool(settings.approver_users or settings.approver_groups or settings.approver_roles),
        recipients=settings.notify,
        mails=settings.mails,
        teams=tuple(settings.teams_webhooks),
        callers=bool(settings.callers),
        as_me=as_me,
    )


def vaults(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The hosts of the Key Vaults that references in the environment name: those that the platform did not resolve."""
    named = environ.get("REMEDIATOR_CLOUD", "").lower()
    cloud = next((one for one in CLOUDS if one.name.lower() == named), AZURE_PUBLIC)
    found = [_REFERENCE.search(value) for value in environ.values()]
    hosts = [one[1] or f"{one[2]}.{cloud.vault_suffix}" for one in found if one]
    return tuple(dict.fromkeys(host.lower() for host in hosts))


def hosts_of_teams(settings: Settings) -> Mapping[str, str]:
    """The host of each team's webhook; the rest of its address is a secret."""
    return {team: urlsplit(address).hostname or "" for team, address in settings.teams_webhooks.items()}


def _hosts(settings: Settings) -> Sequence[str]:
    """The names that the program connects to, each once."""
    cloud = cloud_named(settings.cloud)
    shown = [settings.arm_endpoint or cloud.resource_manager, "" if settings.arm_endpoint else cloud.authority]
    shown += [place for address in storage_addresses(settings) for place in address]
    shown += [settings.event_endpoint, settings.acs_endpoint]
    hosts = [urlsplit(address).hostname or "" for address in shown if address]
    return [host for host in dict.fromkeys([*hosts, settings.smtp_host]) if host]
