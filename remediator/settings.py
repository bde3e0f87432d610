"""What did the operator set? The environment, read once, into one frozen `Settings`.

`bootstrap` calls `Settings.from_environment` and nobody else reads the environment. `VARIABLES` is the whole list, with
meaning and default; docs/settings.md is the same table, and a test compares them. No file, key or network is touched
here: a key that must be made on this machine is made by an adapter.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from remediator import setting_values as read

PREFIX = "REMEDIATOR_"
HOST_STORAGE = "AzureWebJobsStorage"
CLOUDS = ("AzureCloud", "AzureChinaCloud", "AzureUSGovernment")
WAYS = ("direct", "pull-request", "report")


class Mode(StrEnum):
    """Which adapters bootstrap chooses."""

    LOCAL = "local"
    SANDBOX = "sandbox"
    AZURE = "azure"


class IdentityProvider(StrEnum):
    """Who says who a person is."""

    NONE = "none"
    EASYAUTH = "easyauth"
    LOCAL = "local"


class SmtpTls(StrEnum):
    """How mail is protected on its way."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


class BadSettings(ValueError):
    """The environment has mistakes: `problems` names every variable that is wrong and says why, never its value.

    Not of the error tree, since settings stand beside core: bootstrap makes `Misconfigured("bad-setting")` of it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(sorted(problems.items()))
        super().__init__("; ".join(f"{name}: {why}" for name, why in self.problems.items()))


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its name without prefix, default as text, meaning, and how it is read.

    `shown`: "yes", "no" for a secret, "count" for names of persons.
    """

    name: str
    default: str
    meaning: str
    parse: Callable[[str], object] = read.text
    shown: str = "yes"

    @property
    def full_name(self) -> str:
        """The name in the environment."""
        return PREFIX + self.name


# fmt: off
VARIABLES: tuple[Variable, ...] = (
    Variable("MODE", "local", "which adapters are used: `local`, `sandbox` or `azure`", read.member_of(Mode)),
    Variable("CLOUD", "AzureCloud", "`AzureCloud`, `AzureChinaCloud` or `AzureUSGovernment`", read.one_of(CLOUDS)),
    Variable("SUBSCRIPTIONS", "", "subscription ids to look at, unless the desired state names its own", read.guids),
    Variable("ARM_ENDPOINT", "", "address of Azure Resource Manager, e.g. the sandbox's; empty: the cloud's",
             read.address),
    Variable("CA_FILE", "", "file with the certificates to trust for `REMEDIATOR_ARM_ENDPOINT`", read.path),
    Variable("DATA_DIR", ".state", "folder for rows and keys in the modes `local` and `sandbox`", Path),
    Variable("STORAGE_ACCOUNT", "", "storage account of the case files, reached with an identity; empty: the one of "
             "`AzureWebJobsStorage`, and without that a file in `REMEDIATOR_DATA_DIR`", read.account),
    Variable("STORAGE_CONNECTION", "", "connection string of that account where no identity is used, e.g. Azurite's",
             read.text, "no"),
    Variable("STORAGE_CLIENT_ID", "", "client id of the managed identity for storage; empty: the default one",
             read.guid),
    Variable("DESIRED_STATE", "", "file of the desired-state document; empty: the defaults stand", read.path),
    Variable("PUBLIC_URL", "http://127.0.0.1:8080", "address of our pages; the base of approval links", read.address),
    Variable("APPROVAL_KEY", "", "secret (32 characters or more) that signs approval links and forms; empty: made in "
             "`REMEDIATOR_DATA_DIR`, except in mode `azure`", read.key, "no"),
    Variable("FUNCTION_KEY", "", "key that callers of `/api/*` present where no platform checks it", read.text, "no"),
    Variable("PLATFORM_CHECKS_KEYS", "false", "has the Functions host compared the key of `/api/*`?", read.yes_no),
    Variable("IDENTITY_PROVIDER", "none", "who says who a person is: `none` (nobody can decide), `easyauth` or `local`",
             read.member_of(IdentityProvider)),
    Variable("TRUST_PLATFORM_HEADERS", "false", "does the platform strip forged `X-MS-CLIENT-PRINCIPAL` headers? "
             "Without it they do not count", read.yes_no),
    Variable("TENANT_ID", "", "the only tenant whose people count; empty: any", read.guid),
    Variable("READERS", "", "object ids, groups or app roles that may read incidents; empty: who is signed in",
             read.words),
    Variable("CALLERS", "", "object ids or app roles that may send signals with an Entra token", read.words),
    Variable("APPROVER_USERS", "", "object ids of people who may decide where no document says who", read.words),
    Variable("APPROVER_GROUPS", "", "object ids of groups who may decide where no document says who", read.words),
    Variable("APPROVER_ROLES", "", "app roles that may decide where no document says who", read.words),
    Variable("LOCAL_USER", "", "who is signed in by itself where the identity provider is `local`"),
    Variable("SMTP_HOST", "", "mail server; empty: no mail is sent"),
    Variable("SMTP_PORT", "587", "port of the mail server", read.port),
    Variable("SMTP_TLS", "starttls", "`starttls`, `tls`, or `plain` to a server on this machine",
             read.member_of(SmtpTls)),
    Variable("SMTP_USER", "", "account at the mail server", read.text, "no"),
    Variable("SMTP_PASSWORD", "", "password of that account", read.text, "no"),
    Variable("SMTP_FROM", "", "sender of mails", read.mail, "no"),
    Variable("NOTIFY", "", "mail addresses of those who are asked and told beside the document's", read.mails, "count"),
    Variable("READER_CLIENT_ID", "", "client id of the managed identity that reads; empty: the default one",
             read.guid),
    Variable("APPLIER_CLIENT_ID", "", "client id of the managed identity that writes; empty: the default one",
             read.guid),
    Variable("EVENT_ENDPOINT", "", "Event Grid endpoint of a custom topic or a namespace to which incidents are "
             "published as CloudEvents; empty: nothing is published", read.address),
    Variable("EVENT_TOPIC", "", "name of the topic where `REMEDIATOR_EVENT_ENDPOINT` is a namespace's", read.topic),
    Variable("TELEMETRY", "auto", "`auto`: spans and measures go where the variables of docs/telemetry.md say; `off`: "
             "nowhere", read.one_of(("auto", "off"))),
    Variable("STOPPED", "", "a reason here stops every write to Azure until it is removed"),
    Variable("WAY", "direct", "`direct`, `pull-request` or `report`, where there is no document", read.one_of(WAYS)),
)
# fmt: on


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
    notify: tuple[str, ...]
    reader_client_id: str
    applier_client_id: str
    event_endpoint: str
    event_topic: str
    telemetry: str
    stopped: str
    way: str
    host_storage: HostStorage = field(default_factory=HostStorage)

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
        "SMTP_FROM": settings.smtp_host and not settings.smtp_from and "is needed where REMEDIATOR_SMTP_HOST is set",
        "SMTP_PASSWORD": bool(settings.smtp_user) != bool(settings.smtp_password) and "goes with the user",
        "SMTP_TLS": plain and "mails carry approval links: plain is for a server on this machine",
    }
    return {PREFIX + name: str(why) for name, why in found.items() if why}
