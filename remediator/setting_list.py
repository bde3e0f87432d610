"""Which variables can be set? The whole list, each with its meaning, its default and how it is read.

`settings` reads the environment by it; docs/settings.md is the same table, and a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from remediator import setting_values as read

PREFIX = "REMEDIATOR_"
CLOUDS = ("AzureCloud", "AzureChinaCloud", "AzureUSGovernment")
ALERTS = ("off", "acknowledge", "close")
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
    Variable("ARM_ENDPOINT", "", "address of Azure Resource Manager, e.g. the sandbox's, where logs are asked too; "
             "empty: the cloud's", read.address),
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
    Variable("API_SCOPE", "", "what `remediator approve` and `reject` ask a token for in mode azure, e.g. "
             "`api://<application id>/.default`"),
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
    Variable("ACS_ENDPOINT", "", "endpoint of Azure Communication Services where that carries mails instead of a "
             "server; empty: it does not", read.address),
    Variable("NOTIFY", "", "mail addresses and teams (`teams:NAME`) of those who are asked and told beside the "
             "document's", read.recipients, "count"),
    Variable("TEAMS_WEBHOOKS", "", "secret: addresses of Teams workflows by the team's name, `operations=https://…`, "
             "with blanks between", read.webhooks, "no"),
    Variable("READER_CLIENT_ID", "", "client id of the managed identity that reads; empty: the default one",
             read.guid),
    Variable("APPLIER_CLIENT_ID", "", "client id of the managed identity that writes; empty: the default one",
             read.guid),
    Variable("EVENT_ENDPOINT", "", "Event Grid endpoint of a custom topic or a namespace to which incidents are "
             "published as CloudEvents; empty: nothing is published", read.address),
    Variable("EVENT_TOPIC", "", "name of the topic where `REMEDIATOR_EVENT_ENDPOINT` is a namespace's", read.topic),
    Variable("GITHUB_URL", "https://github.com", "the GitHub to which the App or token below belongs; a server of your "
             "own: its address", read.address),
    Variable("GITHUB_TOKEN", "", "fine-grained token for pull requests where no App is used", read.text, "no"),
    Variable("GITHUB_APP_ID", "", "id of the GitHub App that makes pull requests", read.app_id),
    Variable("GITHUB_INSTALLATION_ID", "", "id of that App's installation", read.number),
    Variable("GITHUB_PRIVATE_KEY", "", "secret: private key of that App, the whole PEM; line breaks may be written as "
             "`\\n`", read.private_key, "no"),
    Variable("GITHUB_WEBHOOK_SECRET", "", "secret (32 characters or more) of GitHub's webhook to `/api/code-events`; "
             "empty: the webhook is not taken", read.key, "no"),
    Variable("AZURE_DEVOPS_URL", "https://dev.azure.com", "the Azure DevOps to which a token or identity of ours is "
             "shown; a server of your own: its address", read.address),
    Variable("AZURE_DEVOPS_TOKEN", "", "personal access token for Azure DevOps; empty: a managed identity is used",
             read.text, "no"),
    Variable("AZURE_DEVOPS_HOOK_SECRET", "", "secret (32 characters or more) that Azure DevOps sends as password to "
             "`/api/code-events`; empty: the hook is not taken", read.key, "no"),
    Variable("CODE_CLIENT_ID", "", "client id of the managed identity that Azure DevOps knows; empty: the reader's",
             read.guid),
    Variable("CODE_CA_FILE", "", "file with the certificates to trust for a code host of your own", read.path),
    Variable("ALERTS", "off", "what becomes of the Azure Monitor alert that opened an incident: `off`, `acknowledge` "
             "(once a plan is approved), or `close` (that, and closed once it is resolved)", read.one_of(ALERTS)),
    Variable("SWEEP", "60", "minutes from one sweep over everything to the next (15 to 10080), or `off`", read.minutes),
    Variable("TELEMETRY", "auto", "`auto`: spans and measures go where the variables of docs/telemetry.md say; `off`: "
             "nowhere", read.one_of(("auto", "off"))),
    Variable("STOPPED", "", "a reason here stops every write to Azure until it is removed"),
    Variable("WAY", "direct", "`direct`, `pull-request` or `report`, where there is no document", read.one_of(WAYS)),
)
# fmt: on
