"""`remediator doctor` as an operator runs it, over the sandbox, Azurite, a mail server and a webhook."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest
from azure.core.exceptions import ClientAuthenticationError

from remediator.adapters.azure.errors import translate
from remediator.adapters.system.clock import SystemClock
from remediator.adapters.system.log import SystemLog
from remediator.bootstrap import settings
from remediator.bootstrap.doctor import QUEUE
from remediator.bootstrap.examination import vaults
from remediator.bootstrap.shared_work import SharedWork
from remediator.bootstrap.storage import kept
from remediator.cli.demo.postbox import Postbox
from remediator.core.doctor import State
from remediator.core.permissions import READER, applier_actions, beside_actions
from remediator.ports import Rows
from tests.azurite import azurite, fresh_account
from tests.cli.conftest import Place
from tests.cli.running import run
from tests.deployment import READER_ID, SUB, URL, WRITER_ID, assigned, wired
from tests.loopback import LoopbackServer

STATES = {state.value for state in State}


class Hook(LoopbackServer):
    """A webhook that keeps what is posted."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, object]] = []

    def posted(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        self.bodies.append(json.loads(body))
        return 202, b"", {}


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as opened:
        yield opened


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    box.start()
    yield box
    box.stop()


def told(place: Place, hook: Hook, postbox: Postbox) -> None:
    """Somebody is told by mail and in Teams."""
    place.settings |= {
        "REMEDIATOR_SMTP_HOST": "127.0.0.1",
        "REMEDIATOR_SMTP_PORT": str(postbox.port),
        "REMEDIATOR_SMTP_TLS": "plain",
        "REMEDIATOR_SMTP_FROM": "remediator@contoso.example",
        "REMEDIATOR_NOTIFY": "night-shift@contoso.example,teams:operations",
        "REMEDIATOR_TEAMS_WEBHOOKS": f"operations={hook.url}/workflows/secret-sig",
    }


def kept_in(place: Place) -> tuple[Rows, int]:
    """The rows of a place, and how many messages lie on the doctor's own queue."""
    ends = ExitStack()
    rows, work = kept(settings(place.settings), SystemClock(), SystemLog(), lambda _: None, ends)
    assert isinstance(work, SharedWork)
    return rows, work.work.beside(QUEUE).waiting()


def states(place: Place, *options: str) -> dict[str, set[str]]:
    """The states of the checks, by id; the text of each is the same whether printed or not."""
    found = json.loads(place.run("doctor", "--json", *options).stdout)
    assert found["schema"] == 1
    by_id: dict[str, set[str]] = {}
    for check in found["checks"]:
        assert set(check) == {"id", "about", "state", "found", "fix", "missing"}
        assert check["state"] in STATES
        assert check["found"]
        assert check["fix"] or check["state"] in ("ok", "skipped", "unknown")
        by_id.setdefault(check["id"], set()).add(check["state"])
    return by_id


def test_one_machine_with_the_sandbox(place: Place) -> None:
    """Without errors the command ends with 0; what does not apply is skipped, and nothing was written to Azure."""
    found = states(place)
    assert found["reader-identity"] == found["clock"] == found["rows"] == found["reader-permissions"] == {"ok"}
    assert found["queue"] == found["mail"] == found["platform"] == {"skipped"}
    assert found["event-grid"] == found["alerts"] == {"warning"}
    assert (place.run("doctor").exit_code, place.azure.writes) == (0, [])


def test_lines_fit_the_terminal(place: Place) -> None:
    """Each check is a line with its mark and id, and no line is longer than 100 columns unless it is one word."""
    lines = place.run("doctor").stdout.splitlines()
    assert lines[0].startswith("✓ settings ")
    assert lines[-1].startswith("11 ok, 2 warning, 7 skipped")
    assert [line for line in lines if len(line) > 100 and " " in line.strip()] == []


def test_a_whole_deployment_has_nothing_to_mend(place: Place, postbox: Postbox) -> None:
    """In mode azure, with both identities and their roles, events, alerts, storage and mail: all is right, and the
    reader needs no more than its role with `doctor`."""
    for one in (*wired(), *assigned(WRITER_ID, "cccccccc-0000-4000-8000-000000000003", applier_actions())):
        place.azure.put(one)
    place.azure.permissions[READER_ID] = {*READER, *beside_actions("reader", ["doctor"])}
    place.azure.permissions[WRITER_ID] = set()
    place.settings |= {
        "REMEDIATOR_MODE": "azure",
        "REMEDIATOR_PUBLIC_URL": URL,
        "REMEDIATOR_APPROVAL_KEY": "k" * 40,
        "REMEDIATOR_IDENTITY_PROVIDER": "easyauth",
        "REMEDIATOR_LOCAL_USER": "",
        "REMEDIATOR_READER_CLIENT_ID": READER_ID,
        "REMEDIATOR_APPLIER_CLIENT_ID": WRITER_ID,
        "REMEDIATOR_SUBSCRIPTIONS": SUB,
        "REMEDIATOR_APPROVER_GROUPS": "44444444-4444-4444-4444-444444444444",
        "REMEDIATOR_NOTIFY": "night-shift@contoso.example",
        "REMEDIATOR_SMTP_HOST": "127.0.0.1",
        "REMEDIATOR_SMTP_PORT": str(postbox.port),
        "REMEDIATOR_SMTP_TLS": "plain",
        "REMEDIATOR_SMTP_FROM": "remediator@contoso.example",
        "AzureWebJobsStorage": azurite().connection(fresh_account()),
    }
    result = place.run("doctor", "--json")
    checks = json.loads(result.stdout)["checks"]
    ageing = [check for check in checks if check["about"] == "python"]  # a Python is one day too old
    wrong = [check for check in checks if check["state"] not in ("ok", "skipped") and check not in ageing]
    assert (result.exit_code, wrong) == (0, [])
    assert {check["id"] for check in checks if check["state"] == "skipped"} == {"teams"}
    assert place.azure.writes == []


def test_wrong_settings_are_told_and_nothing_else_is_claimed() -> None:
    """Each wrong variable is an error, the vault of an unresolved reference is looked up, the rest is unknown."""
    env = {
        "REMEDIATOR_MODE": "nowhere",
        "REMEDIATOR_SUBSCRIPTION": "x",
        "REMEDIATOR_APPROVAL_KEY": "@Microsoft.KeyVault(SecretUri=https://nowhere.invalid/secrets/key)",
    }
    result = run("doctor", "--json", env=env)
    found = json.loads(result.stdout)["checks"]
    assert result.exit_code == 1
    assert {check["about"] for check in found if check["id"] == "settings"} == set(env)
    assert [(check["about"], check["state"] in ("error", "unknown")) for check in found if check["id"] == "names"] == [
        ("nowhere.invalid", True)
    ]
    assert {check["state"] for check in found if check["id"] not in ("settings", "names")} == {"unknown"}


def test_vaults_of_references() -> None:
    """Both forms of a Key Vault reference name their vault's host, in the cloud of the settings."""
    env = {
        "A": "@Microsoft.KeyVault(SecretUri=https://one.vault.azure.net/secrets/x/1)",
        "B": "@Microsoft.KeyVault(VaultName=two;SecretName=x)",
        "C": "plain",
        "REMEDIATOR_CLOUD": "AzureChinaCloud",
    }
    assert vaults(env) == ("one.vault.azure.net", "two.vault.azure.cn")


def test_a_reader_without_rights_is_an_error_with_the_line_to_add(place: Place) -> None:
    """A missing action ends with 1; it stands as a role definition has it."""
    client = "00000000-0000-0000-0000-0000000000c2"
    place.azure.permissions[client] = {"Microsoft.ContainerRegistry/registries/read", "Microsoft.Authorization/*"}
    result = place.run("doctor")
    assert result.exit_code == 1
    assert '+ "Microsoft.ContainerRegistry/registries/replications/read",\n' in result.stdout
    found = json.loads(place.run("doctor", "--json").stdout)["checks"]
    (reader,) = [check for check in found if check["id"] == "reader-permissions"]
    assert len(reader["missing"]) == len(READER) - 5
    assert "az role definition update" in " ".join(result.stdout.split())


@pytest.mark.parametrize(("options", "state"), [((), "error"), (("--as-me",), "unknown")])
def test_a_subscription_that_is_not_seen_is_told_once(place: Place, options: tuple[str, ...], state: str) -> None:
    """A subscription that is named and not seen is an error of its own, and no right in it is called missing; at
    somebody's terminal it is unknown. The others are looked at."""
    wrong = "11111111-1111-1111-1111-111111111111"
    place.settings["REMEDIATOR_SUBSCRIPTIONS"] = f"{wrong},{SUB.upper()}"
    checks = json.loads(place.run("doctor", "--json", *options).stdout)["checks"]
    told = {check["id"]: (check["state"], bool(check["fix"])) for check in checks if check["about"] == wrong}
    assert told.pop("registries")[0] == "unknown"
    assert told == {"subscriptions": (state, True)}
    assert {check["about"].lower() for check in checks if check["id"] == "api-versions"} == {SUB}


def test_no_managed_identity_is_an_error_and_no_traceback(
    place: Place, monkeypatch: pytest.MonkeyPatch, hook: Hook
) -> None:
    """Where no token is given everything that needs Azure is unknown, and the identity says why."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{hook.url}/nobody")
    found = states(place)
    assert found["reader-identity"] == {"error"}
    assert found["clock"] == found["subscriptions"] == {"unknown"}
    assert "reader-permissions" not in found


def test_who_is_not_signed_in_is_told_once_and_how(place: Place) -> None:
    """Where no token is had, our error names `az login`, and Microsoft's library does not tell it too, at length."""
    assert place.run("rules").exit_code == 0
    assert not logging.getLogger("azure.identity").isEnabledFor(logging.ERROR)
    assert "az login" in translate(ClientAuthenticationError("nobody"), "listing", "/subscriptions").hint


def test_an_identity_endpoint_that_is_none_is_no_traceback(
    place: Place, monkeypatch: pytest.MonkeyPatch, hook: Hook
) -> None:
    """What answers at the identity endpoint and gives no token is an error with a code, which may pass."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{hook.url}/nobody")
    result = place.run("diagnose", "--registry", "contosoalbum")
    assert (result.exit_code, "error[azure-garbled]" in result.stderr) == (1, True)


def test_mail_and_teams_are_reached_and_nothing_is_sent(place: Place, hook: Hook, postbox: Postbox) -> None:
    """Without `--send-test` the servers are connected to, and neither a mail nor a card goes out."""
    told(place, hook, postbox)
    found = states(place)
    assert (found["mail"], found["teams"]) == ({"ok"}, {"ok", "warning"})  # Teams, in China
    assert (hook.bodies, postbox.mail(1, 0)) == ([], None)


def test_a_test_notice_arrives(place: Place, hook: Hook, postbox: Postbox) -> None:
    """With `--send-test` everybody in REMEDIATOR_NOTIFY gets one, and it says that it is a test."""
    told(place, hook, postbox)
    found = states(place, "--send-test")
    assert (found["mail"], found["teams"]) == ({"ok"}, {"ok", "warning"})
    mail = postbox.mail(1, 5)
    assert mail is not None
    assert (mail["To"], "test" in mail["Subject"]) == ("night-shift@contoso.example", True)
    assert "This is a test of the remediator" in json.dumps(hook.bodies)
    assert hook.bodies[0]["type"] == "message"


def test_servers_that_are_away_are_not_called_fine(place: Place, hook: Hook, postbox: Postbox) -> None:
    """A mail server and a webhook that nobody answers at are unknown: it may pass; no address of a webhook is shown."""
    told(place, hook, postbox)
    place.settings |= {
        "REMEDIATOR_SMTP_PORT": "9",
        "REMEDIATOR_TEAMS_WEBHOOKS": "operations=https://127.0.0.1:9/workflows/secret-sig",
    }
    result = place.run("doctor", "--json")
    found = {check["id"]: check["state"] for check in json.loads(result.stdout)["checks"]}
    assert (found["mail"], found["teams"]) == ("unknown", "unknown")
    assert "secret-sig" not in result.output


def test_storage_is_tried(place: Place) -> None:
    """In a storage account a row and a message come and go, and the poison queue is counted."""
    place.settings["AzureWebJobsStorage"] = azurite().connection(fresh_account())
    found = states(place)
    assert found["rows"] == found["queue"] == found["poison-queue"] == {"ok"}
    assert states(place)["queue"] == {"ok"}  # again, with the queue there
    rows, left = kept_in(place)
    assert (list(rows.scan("doctor")), left) == ([], 0)


def test_a_document_names_what_is_there(place: Place, tmp_path: object) -> None:
    """A registry, zone or job that the document names and nobody has is told; one with mistakes is an error."""
    document = tmp_path / "desired.yaml"  # type: ignore[operator]
    zone = "/subscriptions/4f1e2d3c-0001-4a00-8b00-00000000c001/resourceGroups/rg-album/providers"
    document.write_text(
        "apiVersion: remediator/v1\nkind: DesiredState\nregistries:\n"
        f"  - match: contosoalbum\n    zone: {zone}/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn\n"
        "  - match: contosoabum\n"
    )
    place.settings["REMEDIATOR_DESIRED_STATE"] = str(document)
    found = json.loads(place.run("doctor", "--json").stdout)["checks"]
    assert [c["about"] for c in found if c["id"] == "registries"] == ["contosoabum"]
    assert [c["state"] for c in found if c["id"] == "desired-state"] == ["ok", "error"]
    document.write_text("apiVersion: remediator/v1\nkind: DesiredState\nregistries: no\n")
    assert states(place)["desired-state"] == {"error"}


def test_as_me_says_what_it_cannot_know(place: Place) -> None:
    """At somebody's terminal the app's tokens are unknown, never ok; the rest is read as whoever is signed in."""
    found = states(place, "--as-me")
    assert found["reader-identity"] == found["applier-identity"] == {"unknown"}
    assert found["clock"] == found["names"] == found["rows"] == {"skipped"}
    assert found["api-versions"] == {"ok"}


def test_as_me_takes_the_apps_settings_with_their_references(place: Place) -> None:
    """Secrets that lie in the app's vault are unknown at a terminal, each by its name, and all else is looked at."""
    secret = "@Microsoft.KeyVault(SecretUri=https://nowhere.vault.azure.net/secrets/{})"
    names = ("APPROVAL_KEY", "FUNCTION_KEY", "SMTP_PASSWORD", "TEAMS_WEBHOOKS", "GITHUB_PRIVATE_KEY")
    place.settings |= {f"REMEDIATOR_{name}": secret.format(name) for name in names}
    place.settings |= {"REMEDIATOR_SMTP_USER": "u", "REMEDIATOR_GITHUB_APP_ID": "1"}
    place.settings |= {"REMEDIATOR_GITHUB_INSTALLATION_ID": "2"}
    found = json.loads(place.run("doctor", "--json", "--as-me").stdout)["checks"]
    unseen = {check["about"] for check in found if check["id"] == "settings" and check["state"] == "unknown"}
    assert unseen == {f"REMEDIATOR_{name}" for name in names}
    assert [check["state"] for check in found if check["id"] == "api-versions"] == ["ok"]
    assert "hidden" not in json.dumps(found)
    assert place.run("doctor", "--json").exit_code == 1  # in the app they would have to be resolved


def test_a_test_is_sent_by_the_app_only(place: Place) -> None:
    """What somebody's terminal would send says nothing of the app: the two options together are wrong usage."""
    assert place.run("doctor", "--as-me", "--send-test").exit_code == 2
