"""What did the operator set? The environment, read once, into one frozen `Settings`.

`bootstrap` calls `Settings.from_environment` and nobody else reads the environment; what can be set is in
`setting_list`. No file, key or network is touched here: a key that must be made on this machine is made by an adapter.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from remediator import setting_values as read
from remediator.setting_list import CLOUDS as CLOUDS
from remediator.setting_list import PREFIX as PREFIX
from remediator.setting_list import VARIABLES as VARIABLES
from remediator.setting_list import WAYS as WAYS
from remediator.setting_list import IdentityProvider as IdentityProvider
from remediator.setting_list import Mode as Mode
from remediator.setting_list import SmtpTls as SmtpTls

HOST_STORAGE = "AzureWebJobsStorage"


class BadSettings(ValueError):
    """The environment has mistakes: `problems` names every variable that is wrong and says why, never its value.

    Not of the error tree, since settings stand beside core: bootstrap makes `Misconfigured("bad-setting")` of it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(sorted(problems.items()))
        super().__init__("; ".join(f"{name}: {why}" for name, why in self.problems.items()))


@dataclass(frozen=True, slots=True)
class HostStorage:
    """The storage account of the Functions host, by the variables that the host itself reads: a connection string, the
    account's name, or the addresses of its services (learn "Identity-based connections")."""

    connection: str = field(default="", repr=False)
    account: str = ""
    tables: str = ""
    queues: str = ""
    client_id: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> HostStorage:
        """What is set; a reference that was not resolved counts as it stands and is refused later."""
        suffixes = ("", "__accountName", "__tableServiceUri", "__queueServiceUri", "__clientId")
        return cls(*(environ.get(HOST_STORAGE + suffix, "").strip() for suffix in suffixes))


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Settings:
    """Everything that can be set. Each field is the variable of its name; see `VARIABLES` for the meanings."""

    mode: Mode
    cloud: str
    subscriptions: tuple[str, ...]
    arm_endpoint: str
    ca_file: Path | None
    data_dir: Path
    storage_account: str
    storage_connection: str
    storage_client_id: str
    desired_state: Path | None
    public_url: str
    approval_key: str
    function_key: str
    platform_checks_keys: bool
    identity_provider: IdentityProvider
    trust_platform_headers: bool
    tenant_id: str
    readers: tuple[str, ...]
    callers: tuple[str, ...]
    api_scope: str
    approver_users: tuple[str, ...]
    approver_groups: tuple[str, ...]
    approver_roles: tuple[str, ...]
    local_user: str
    smtp_host: str
    smtp_port: int
    smtp_tls: SmtpTls
    smtp_user: str
    smtp_password: str
    smtp_from: str
    acs_endpoint: str
    notify: tuple[str, ...]
    teams_webhooks: Mapping[str, str]
    reader_client_id: str
    applier_client_id: str
    event_endpoint: str
    event_topic: str
    github_url: str
    github_token: str
    github_app_id: str
    github_installation_id: int
    github_private_key: str
    github_webhook_secret: str
    azure_devops_url: str
    azure_devops_token: str
    azure_devops_hook_secret: str
    code_client_id: str
    code_ca_file: Path | None
    alerts: str
    sweep: int
    telemetry: str
    stopped: str
    way: str
    host_storage: HostStorage = field(default_factory=HostStorage)

    @property
    def mails(self) -> bool:
        """Whether anybody can be reached by mail."""
        return bool(self.smtp_host or self.acs_endpoint)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of an environment, None: of this process; empty counts as not set. Raises `BadSettings`."""
        environ = os.environ if environ is None else environ
        problems = _unknown(environ)
        values: dict[str, Any] = {}
        for variable in VARIABLES:
            raw = environ.get(variable.full_name, "").strip()
            try:
                if raw.startswith("@Microsoft.KeyVault("):
                    raise ValueError("the Key Vault reference was not resolved: does the app's identity have access?")
                values[variable.name.lower()] = variable.parse(raw or variable.default)
            except ValueError as error:
                problems[variable.full_name] = str(error)
        if problems:
            raise BadSettings(problems)
        settings = cls(**values, host_storage=HostStorage.from_environment(environ))
        if problems := _contradictions(settings, environ):
            raise BadSettings(problems)
        return settings

    def __repr__(self) -> str:
        shown = {"host_storage": "yes"} | {variable.name.lower(): variable.shown for variable in VARIABLES}
        parts = [f"{each.name}={_shown(getattr(self, each.name), shown[each.name])}" for each in fields(self)]
        return f"Settings({', '.join(parts)})"


def _shown(value: object, how: str) -> str:
    if how == "yes" or not value:
        return repr(value)
    return "***" if how == "no" or not isinstance(value, tuple) else f"<{len(value)}>"


def _unknown(environ: Mapping[str, str]) -> dict[str, str]:
    known = [variable.full_name for variable in VARIABLES]
    problems = {}
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            problems[name] = "there is no such setting" + (f"; {near[0]}?" if near else "")
    return problems


def _contradictions(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """What is right by itself and wrong together."""
    azure = settings.mode is Mode.AZURE
    local = settings.identity_provider is IdentityProvider.LOCAL
    plain = settings.smtp_tls is SmtpTls.PLAIN and settings.smtp_host not in ("", *read.LOOPBACK)
    namespace = bool(settings.event_endpoint) and not settings.event_endpoint.endswith("/api/events")
    found = {
        "APPROVAL_KEY": azure and not settings.approval_key and "is needed in mode azure",
        "PUBLIC_URL": azure and not environ.get(PREFIX + "PUBLIC_URL") and "is needed in mode azure",
        "IDENTITY_PROVIDER": azure and local and "local is not for mode azure: anybody could say who they are",
        "LOCAL_USER": settings.local_user and not local and "counts only where the identity provider is local",
        "STORAGE_CONNECTION": settings.storage_account and settings.storage_connection and "names an account by itself",
        "EVENT_ENDPOINT": settings.event_endpoint.startswith("http:") and "events carry a token: https is needed",
        "EVENT_TOPIC": settings.event_topic and not namespace and "counts only where the endpoint is a namespace's",
        "SMTP_FROM": settings.mails and not settings.smtp_from and "is needed where mails are sent",
        "ACS_ENDPOINT": _acs(settings),
        "GITHUB_TOKEN": settings.github_token and settings.github_app_id and "stands beside an App: one is used",
        "GITHUB_APP_ID": _app(settings),
        "SMTP_PASSWORD": bool(settings.smtp_user) != bool(settings.smtp_password) and "goes with the user",
        "SMTP_TLS": plain and "mails carry approval links: plain is for a server on this machine",
    }
    return {PREFIX + name: str(why) for name, why in found.items() if why}


def _app(settings: Settings) -> str:
    parts = (settings.github_app_id, settings.github_installation_id, settings.github_private_key)
    return "goes with the installation's id and the private key" if any(parts) and not all(parts) else ""


def _acs(settings: Settings) -> str:
    if settings.acs_endpoint and settings.smtp_host:
        return "stands beside REMEDIATOR_SMTP_HOST: one of them carries the mails"
    return "mails carry approval links: https is needed" if settings.acs_endpoint.startswith("http:") else ""
