"""Settings: the environment, read once."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from remediator.core.cloud import CLOUDS as CORE_CLOUDS
from remediator.core.desired import Way
from remediator.settings import CLOUDS, VARIABLES, WAYS, BadSettings, IdentityProvider, Mode, Settings, SmtpTls

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
KEY = "k3y" * 11
ID = "1111AAAA-1111-1111-1111-111111111111"
AZURE = {"REMEDIATOR_MODE": "azure", "REMEDIATOR_APPROVAL_KEY": KEY, "REMEDIATOR_PUBLIC_URL": "https://mend.example"}


def settings(**variables: str) -> Settings:
    return Settings.from_environment({f"REMEDIATOR_{name}": value for name, value in variables.items()})


def problems(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(BadSettings) as caught:
        Settings.from_environment(environ)
    return caught.value.problems


def test_defaults() -> None:
    """Without any variable the program runs on this machine, sends nothing and lets nobody decide."""
    found = Settings.from_environment({"PATH": "/bin"})
    assert (found.mode, found.cloud, found.data_dir) == (Mode.LOCAL, "AzureCloud", Path(".state"))
    assert (found.identity_provider, found.trust_platform_headers) == (IdentityProvider.NONE, False)
    assert (found.desired_state, found.smtp_host, found.stopped, found.way) == (None, "", "", "direct")


def test_everything_set() -> None:
    """Each variable arrives in its field, in the type of the field."""
    found = settings(
        MODE="Sandbox",
        CLOUD="azurechinacloud",
        SUBSCRIPTIONS=f" {ID}, {ID.lower()} ,22222222-2222-2222-2222-222222222222",
        ARM_ENDPOINT="https://127.0.0.1:9443/",
        CA_FILE="/tmp/ca.pem",
        DESIRED_STATE="desired.yaml",
        PUBLIC_URL="http://localhost:7071",
        IDENTITY_PROVIDER="local",
        LOCAL_USER="li",
        TRUST_PLATFORM_HEADERS="TRUE",
        READERS="Reader, auditors",
        SMTP_HOST="mail.example",
        SMTP_PORT="465",
        SMTP_TLS="tls",
        SMTP_FROM="mend@contoso.example",
        NOTIFY="a@b.example, teams:operations",
        TEAMS_WEBHOOKS="Operations=https://x.logic.azure.com/w?a=1&sig=s=  security=https://y.logic.azure.com/w",
        APPLIER_CLIENT_ID=ID,
        WAY="report",
    )
    assert (found.mode, found.cloud) == (Mode.SANDBOX, "AzureChinaCloud")
    assert found.subscriptions == (ID.lower(), "22222222-2222-2222-2222-222222222222")
    assert (found.arm_endpoint, found.ca_file) == ("https://127.0.0.1:9443", Path("/tmp/ca.pem"))
    assert found.trust_platform_headers
    assert found.readers == ("Reader", "auditors")
    assert (found.smtp_port, found.smtp_tls) == (465, SmtpTls.TLS)
    assert found.notify == ("a@b.example", "teams:operations")
    assert found.teams_webhooks == {
        "operations": "https://x.logic.azure.com/w?a=1&sig=s=",
        "security": "https://y.logic.azure.com/w",
    }
    assert (found.applier_client_id, found.way) == (ID.lower(), "report")


def test_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument the environment of the process is read."""
    monkeypatch.setenv("REMEDIATOR_STOPPED", "freeze")
    assert Settings.from_environment().stopped == "freeze"


def test_empty_is_not_set() -> None:
    """A variable that is empty or blank is as good as none."""
    assert settings(MODE="", CLOUD="  ", SMTP_PORT="") == settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "prod"),
        ("CLOUD", "AzureGermanCloud"),
        ("SUBSCRIPTIONS", f"{ID};{ID}"),
        ("ARM_ENDPOINT", "management.azure.com"),
        ("ARM_ENDPOINT", "http://management.azure.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://user@mend.example"),
        ("PUBLIC_URL", "https://mend.example/?x=1"),
        ("PUBLIC_URL", "https://mend.example:port"),
        ("PUBLIC_URL", "https://[::1"),
        ("APPROVAL_KEY", "hunter2"),
        ("IDENTITY_PROVIDER", "google"),
        ("TRUST_PLATFORM_HEADERS", "maybe"),
        ("TENANT_ID", "contoso"),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "99999999999"),
        ("SMTP_PORT", "²"),
        ("SMTP_TLS", "ssl"),
        ("NOTIFY", "oncall"),
        ("NOTIFY", "teams:-"),
        ("TEAMS_WEBHOOKS", "https://prod-1.westeurope.logic.azure.com/workflows/1?sig=s"),
        ("TEAMS_WEBHOOKS", "ops=https://contoso.webhook.office.com/webhookb2/1"),
        ("TEAMS_WEBHOOKS", "ops=https://outlook.office.com/webhook/1"),
        ("TEAMS_WEBHOOKS", "ops=http://prod-1.westeurope.logic.azure.com/workflows/1"),
        ("SMTP_FROM", "a@b, c@d"),
        ("READER_CLIENT_ID", "reader"),
        ("GITHUB_APP_ID", "my app"),
        ("GITHUB_INSTALLATION_ID", "one"),
        ("GITHUB_PRIVATE_KEY", "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----"),
        ("GITHUB_PRIVATE_KEY", "/etc/github/key.pem"),
        ("GITHUB_WEBHOOK_SECRET", "hunter2"),
        ("GITHUB_URL", "http://github.contoso.example"),
        ("AZURE_DEVOPS_URL", "dev.azure.com"),
        ("WAY", "push"),
        ("FUNCTION_KEY", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.cn/secrets/k)"),
        ("STOPED", "freeze"),
    ],
)
def test_bad_value(name: str, value: str) -> None:
    """A value that cannot be meant is refused under its variable's name, and is not shown."""
    found = problems({f"REMEDIATOR_{name}": value})
    assert list(found) == [f"REMEDIATOR_{name}"]
    assert value not in str(found.values())


def test_all_mistakes_at_once() -> None:
    """All variables that are wrong are named, not only the first, and a misspelt one with its likely name."""
    environ = {"REMEDIATOR_MODE": "x", "REMEDIATOR_SMTP_PORT": "x", "REMEDIATOR_APROVAL_KEY": "x"}
    found = problems(environ)
    assert set(found) == set(environ)
    assert found["REMEDIATOR_APROVAL_KEY"] == "there is no such setting; REMEDIATOR_APPROVAL_KEY?"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({**AZURE, "REMEDIATOR_APPROVAL_KEY": ""}, "APPROVAL_KEY"),
        ({**AZURE, "REMEDIATOR_PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({**AZURE, "REMEDIATOR_IDENTITY_PROVIDER": "local"}, "IDENTITY_PROVIDER"),
        ({"REMEDIATOR_LOCAL_USER": "li"}, "LOCAL_USER"),
        ({"REMEDIATOR_SMTP_HOST": "mail.example"}, "SMTP_FROM"),
        ({"REMEDIATOR_SMTP_USER": "u"}, "SMTP_PASSWORD"),
        ({"REMEDIATOR_SMTP_PASSWORD": "p"}, "SMTP_PASSWORD"),
        (
            {
                "REMEDIATOR_SMTP_HOST": "mail.example",
                "REMEDIATOR_SMTP_FROM": "a@b.example",
                "REMEDIATOR_SMTP_TLS": "plain",
            },
            "SMTP_TLS",
        ),
    ],
)
def test_contradictions(environ: dict[str, str], name: str) -> None:
    """Values that are right by themselves and wrong together are refused."""
    assert list(problems(environ)) == [f"REMEDIATOR_{name}"]


def test_one_way_for_mails() -> None:
    """Mails go over a server or over Communication Services, over TLS, and have a sender."""
    acs = {"REMEDIATOR_ACS_ENDPOINT": "https://contoso.communication.azure.com"}
    assert list(problems(acs)) == ["REMEDIATOR_SMTP_FROM"]
    acs["REMEDIATOR_SMTP_FROM"] = "mend@contoso.example"
    assert Settings.from_environment(acs).mails
    assert list(problems({**acs, "REMEDIATOR_SMTP_HOST": "mail.example"})) == ["REMEDIATOR_ACS_ENDPOINT"]
    assert list(problems({**acs, "REMEDIATOR_ACS_ENDPOINT": "http://127.0.0.1:9"})) == ["REMEDIATOR_ACS_ENDPOINT"]


def test_azure() -> None:
    """What mode azure needs is enough for it."""
    assert Settings.from_environment(AZURE).mode is Mode.AZURE


def test_secrets_are_not_shown() -> None:
    """Neither secrets nor mail addresses stand in the text of the settings."""
    found = settings(
        APPROVAL_KEY=KEY,
        FUNCTION_KEY="fk-secret",
        SMTP_HOST="mail.example",
        SMTP_USER="robot@b.example",
        SMTP_PASSWORD="pw-secret",
        SMTP_FROM="mend@contoso.example",
        NOTIFY="li@contoso.example,wang@contoso.example",
        TEAMS_WEBHOOKS="ops=https://x.logic.azure.com/w?sig=a-secret",
        GITHUB_TOKEN="gh-secret",
        GITHUB_WEBHOOK_SECRET=f"{KEY}-secret",
        AZURE_DEVOPS_TOKEN="ado-secret",
        AZURE_DEVOPS_HOOK_SECRET=f"{KEY}-secret",
    )
    for text in (repr(found), str(found), f"{found}"):
        assert not re.search(r"-secret|k3yk3y|@", text)
    assert "notify=<2>" in repr(found)
    assert "function_key=***" in repr(found)
    assert "approval_key=''" in repr(settings())


def test_the_app_of_github() -> None:
    """An App goes with its installation and its key, whose line breaks may be written out, and never with a token."""
    pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIE+/w=\n-----END RSA PRIVATE KEY-----"
    written = pem.replace("\n", "\\n")
    app = {"GITHUB_APP_ID": "4711", "GITHUB_INSTALLATION_ID": "12", "GITHUB_PRIVATE_KEY": written}
    found = settings(**app)
    assert (found.github_app_id, found.github_installation_id, found.github_private_key) == ("4711", 12, pem)
    assert not re.search("MIIE", repr(found))
    named = {f"REMEDIATOR_{name}": value for name, value in app.items()}
    assert problems({**named, "REMEDIATOR_GITHUB_TOKEN": "t"}).keys() == {"REMEDIATOR_GITHUB_TOKEN"}
    del named["REMEDIATOR_GITHUB_PRIVATE_KEY"]
    assert problems(named).keys() == {"REMEDIATOR_GITHUB_APP_ID"}


def test_settings_do_not_change() -> None:
    """Settings are frozen."""
    with pytest.raises(FrozenInstanceError):
        settings().mode = Mode.AZURE  # type: ignore[misc]


def test_page_is_the_table() -> None:
    """The documentation lists exactly the variables that there are, with their defaults and meanings."""
    rows = re.findall(r"^\| `(REMEDIATOR_\w+)` \|(.*?)\| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    documented = [(name, default.strip().strip("`"), meaning) for name, default, meaning in rows]
    assert documented == [(v.full_name, v.default, v.meaning) for v in VARIABLES]


def test_every_variable_has_its_field() -> None:
    """Each field of the settings is one variable, in the same order; the last one is the host's own storage."""
    names = [variable.name.lower() for variable in VARIABLES]
    assert [field.name for field in fields(Settings)] == [*names, "host_storage"]


def test_names_are_those_of_core() -> None:
    """Clouds and ways have the names that core knows; some ways need a document, and are no setting."""
    assert tuple(cloud.name for cloud in CORE_CLOUDS) == CLOUDS
    assert set(WAYS) <= {way.value for way in Way}


@pytest.mark.parametrize(
    ("environ", "wrong"),
    [
        ({"EVENT_ENDPOINT": "https://t.example/api/events"}, None),
        ({"EVENT_ENDPOINT": "https://ns.example", "EVENT_TOPIC": "incidents"}, None),
        ({"EVENT_ENDPOINT": "http://127.0.0.1:1/api/events"}, "EVENT_ENDPOINT"),
        ({"EVENT_ENDPOINT": "https://t.example/api/events", "EVENT_TOPIC": "incidents"}, "EVENT_TOPIC"),
        ({"EVENT_TOPIC": "incidents"}, "EVENT_TOPIC"),
        ({"EVENT_ENDPOINT": "https://ns.example", "EVENT_TOPIC": "a/b"}, "EVENT_TOPIC"),
    ],
)
def test_where_events_go(environ: dict[str, str], wrong: str | None) -> None:
    """Events go over https; the name of a topic is one, and counts only where the endpoint is a namespace's."""
    if wrong is None:
        assert settings(**environ).event_topic == environ.get("EVENT_TOPIC", "")
        return
    given = {f"REMEDIATOR_{name}": value for name, value in environ.items()}
    assert set(problems(given)) == {f"REMEDIATOR_{wrong}"}
