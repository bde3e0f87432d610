"""The settings that the templates write are those that the program reads, and they let it start."""

from __future__ import annotations

import re

import pytest

from remediator.settings import PREFIX, VARIABLES, Mode, Settings
from tests.infra.azure_types import needs_types
from tests.infra.deployment import INFRA, deploy
from tests.infra.places import Deployment
from tests.infra.stories import STORIES, WHOLE, story
from tests.infra.values import Later

pytestmark = needs_types

# What a deployment in Azure has no use for; `moreSettings` can still name it.
LEFT_OUT = {
    "REMEDIATOR_ARM_ENDPOINT": "leads to the sandbox; empty is the cloud's",
    "REMEDIATOR_CA_FILE": "belongs to REMEDIATOR_ARM_ENDPOINT",
    "REMEDIATOR_DATA_DIR": "is for one machine",
    "REMEDIATOR_LOCAL_USER": "is for one machine",
    "REMEDIATOR_STORAGE_ACCOUNT": "the account of AzureWebJobsStorage is taken",
    "REMEDIATOR_STORAGE_CONNECTION": "holds a key, and the account has none",
    "REMEDIATOR_FUNCTION_KEY": "the host compares its own keys",
    "REMEDIATOR_EVENT_TOPIC": "is for a namespace; the templates make a custom topic",
    "REMEDIATOR_CODE_CA_FILE": "is a file that comes with the package",
}
PLATFORM = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
}
PREMIUM = {
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID",
}
REFERENCE = re.compile(r"@Microsoft\.KeyVault\(SecretUri=(.+)\)")
TOPIC = "https://x.westeurope-1.eventgrid.azure.net/api/events"
SECRETS = {one.full_name for one in VARIABLES if one.shown == "no"}


def written(deployment: Deployment) -> dict[str, str]:
    """The app settings, as the app gets them: a stand-in for what Azure alone knows, and for what the vault holds."""
    found: dict[str, str] = {}
    for one in deployment.one("Microsoft.Web/sites").properties["siteConfig"]["appSettings"]:
        value = one["value"]
        found[one["name"]] = _standing_in(value) if isinstance(value, Later) else value
    return found


def _standing_in(value: Later) -> str:
    """Something of the form that Azure would give."""
    if value.text.startswith("@"):
        return value.text
    part = value.text.rpartition(".")[2]
    if part in ("blob", "queue", "table"):
        return f"https://account.{part}.example.org/"
    return {"endpoint": TOPIC}.get(part, "55555555-5555-5555-5555-555555555555")


@pytest.mark.parametrize("name", STORIES)
def test_the_settings_are_those_of_the_program(name: str) -> None:
    """Every variable of the program is written, or left out for a reason; beside them stand only the platform's own."""
    names = set(written(story(name)))
    ours = {one for one in names if one.startswith(PREFIX)}
    assert ours == {one.full_name for one in VARIABLES} - set(LEFT_OUT)
    premium = "China" in name or "Government" in name
    assert names - ours == PLATFORM | (PREMIUM if premium else set())


def test_nothing_is_left_out_that_does_not_exist() -> None:
    """What is left out is a variable of the program."""
    assert set(LEFT_OUT) - {one.full_name for one in VARIABLES} == set()


@pytest.mark.parametrize("name", STORIES)
def test_the_program_starts_with_them(name: str) -> None:
    """With the secrets of the vault in their place the settings are right, and say what the deployment says."""
    environ = {key: _resolved(key, value) for key, value in written(story(name)).items()}
    settings = Settings.from_environment(environ)
    cloud, parameters = STORIES[name]
    assert (settings.mode, settings.cloud) == (Mode.AZURE, cloud)
    assert settings.host_storage.queues == "https://account.queue.example.org/"
    assert settings.host_storage.tables == "https://account.table.example.org/"
    assert settings.public_url.startswith("https://func-prod-")
    assert bool(settings.event_endpoint) is parameters.get("publishesEvents", True)


def _resolved(name: str, value: str) -> str:
    if not REFERENCE.fullmatch(value):
        return value
    values = {
        "REMEDIATOR_TEAMS_WEBHOOKS": "operations=https://example.org/workflow",
        "REMEDIATOR_APPROVAL_KEY": "k" * 40,
    }
    return values.get(name, "s3cret" * 8)


def test_secrets_stand_in_the_vault_alone() -> None:
    """A setting that is a secret refers to the vault or is empty, no other refers to it, and what a reference names is
    written, or was written before."""
    found = written(story("whole"))
    referred = {name: match[1] for name, value in found.items() if (match := REFERENCE.fullmatch(value))}
    plain = {"REMEDIATOR_SMTP_USER", "REMEDIATOR_SMTP_FROM"}  # names of persons, shown to nobody and no secrets
    assert set(referred) == {
        "REMEDIATOR_APPROVAL_KEY", "REMEDIATOR_SMTP_PASSWORD", "REMEDIATOR_TEAMS_WEBHOOKS", "REMEDIATOR_GITHUB_TOKEN",
    }  # fmt: skip
    assert {name for name in SECRETS & set(found) if found[name] and name not in referred} <= plain
    made = {one.body["name"] for one in story("whole").of("Microsoft.KeyVault/vaults/secrets")}
    assert made == {"approval-key", "smtp-password", "github-token"}  # an empty value leaves what the vault has
    assert {url.rpartition("/")[2] for url in referred.values()} == {*made, "teams-webhooks"}


def test_every_secret_can_lie_in_the_vault() -> None:
    """With every name that the parameter lists, each secret of the program is a reference."""
    described = (
        (INFRA / "main.bicep").read_text("utf-8").partition("param secretNames")[0].rpartition("@description")[2]
    )
    names = re.findall(r"`([a-z-]+)`", described)[1:]
    found = written(deploy(WHOLE | {"secretNames": names}))
    left = {"REMEDIATOR_SMTP_USER", "REMEDIATOR_SMTP_FROM", *LEFT_OUT}
    assert {name for name in SECRETS - left if not REFERENCE.fullmatch(found[name])} == set()
