"""`remediator permissions`: role definitions for programs, tables for people."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from remediator.cli.app import app
from remediator.core.permissions import READER, applier_actions


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["permissions", *words])
    return found.exit_code, found.output


def test_roles_are_custom_roles() -> None:
    """`--json` has a role definition for each identity, with every field that Azure wants."""
    code, out = run("--json")
    found = json.loads(out)
    assert (code, found["schema"]) == (0, 1)
    for which, actions in (("reader", sorted(READER)), ("applier", list(applier_actions()))):
        role = found[which]
        assert role["Actions"] == actions
        assert role["NotActions"] == role["DataActions"] == role["NotDataActions"] == []
        assert role["IsCustom"] is True
        assert role["Name"].endswith(which)
        assert role["Description"]
        assert role["AssignableScopes"] == ["/subscriptions/<subscription-id>"]
    assert {row["kind"] for row in found["changes"]} >= {"create-private-endpoint", "update-registry"}


@pytest.mark.parametrize("which", ["reader", "applier"])
def test_one_role_can_be_handed_to_azure(which: str) -> None:
    """With `--reader` or `--applier` the document is that role, in the scopes that were given."""
    scopes = ["/subscriptions/1", "/subscriptions/2/resourceGroups/rg"]
    _, out = run(f"--{which}", "--json", "--scope", scopes[0], "--scope", scopes[1])
    role = json.loads(out)
    assert role["AssignableScopes"] == scopes
    assert {"Name", "Description", "Actions"} <= set(role)


def test_subscriptions_of_the_settings_are_the_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody names a scope, the subscriptions that the program looks at are meant."""
    monkeypatch.setenv("REMEDIATOR_SUBSCRIPTIONS", "0a0a0a0a-1111-4222-8333-444444444444")
    role = json.loads(run("--reader", "--json")[1])
    assert role["AssignableScopes"] == ["/subscriptions/0a0a0a0a-1111-4222-8333-444444444444"]


@pytest.mark.parametrize("words", [("--for", "vnet-link", "dns-zone"), ("--for", "vnet-link", "--for", "DNS-Zone")])
def test_rules_narrow_the_applier_down(words: tuple[str, ...]) -> None:
    """Rules can follow one `--for` or have one each; only what their changes need is left, and the reader's all."""
    found = json.loads(run(*words, "--json")[1])
    assert [row["kind"] for row in found["changes"]] == ["create-dns-zone", "create-vnet-link"]
    assert "Microsoft.Network/privateEndpoints/write" not in found["applier"]["Actions"]
    assert "Microsoft.Network/virtualNetworks/join/action" in found["applier"]["Actions"]
    assert found["reader"]["Actions"] == sorted(READER)


def test_a_rule_without_changes_needs_no_applier() -> None:
    """For a rule that only a person can mend the applier's role is empty, and the table says so."""
    assert json.loads(run("--for", "route", "--applier", "--json")[1])["Actions"] == []
    assert "the applier needs nothing" in run("--for", "route", "--applier")[1]


def test_an_unknown_rule_is_wrong_usage() -> None:
    """A rule that there is not ends with 2, the nearest one and the list."""
    code, out = run("--for", "vnetlink")
    assert code == 2
    assert "Did you mean vnet-link?" in out
    assert "private-endpoint" in out


def test_tables_name_every_action_and_fit_the_terminal() -> None:
    """The tables have each action of both, and no line is longer than 100 columns."""
    code, out = run()
    assert code == 0
    assert all(action in out for action in applier_actions())
    assert all(action.partition("/")[2] in out for action in READER)
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "The applier" not in run("--reader")[1]
    assert "The reader" not in run("--applier")[1]


def test_what_is_asked_for_besides_is_added() -> None:
    """`--with` adds what that needs to the roles, each to the one that uses it; without it nothing of it is there."""
    start, read = "Microsoft.App/jobs/start/action", "Microsoft.App/jobs/executions/read"
    plain, more = (json.loads(run("--json", *words)[1]) for words in ((), ("--with", "probe")))
    assert not {start, read} & {*plain["reader"]["Actions"], *plain["applier"]["Actions"]}
    assert set(more["applier"]["Actions"]) - set(plain["applier"]["Actions"]) == {start}
    assert read in set(more["reader"]["Actions"]) - set(plain["reader"]["Actions"])
    assert start in run()[1]


def test_publishing_is_a_data_action_where_there_is_a_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending events stands among the reader's data actions when it is asked for, or when the settings name a topic."""
    send = ["Microsoft.EventGrid/events/send/action"]
    asked = json.loads(run("--json", "--with", "events")[1])
    assert (asked["reader"]["DataActions"], asked["applier"]["DataActions"]) == (send, [])
    assert send[0] not in asked["reader"]["Actions"]
    monkeypatch.setenv("REMEDIATOR_EVENT_ENDPOINT", "https://t.westeurope-1.eventgrid.azure.net/api/events")
    found = json.loads(run("--json")[1])
    assert (found["reader"]["DataActions"], found["applier"]["DataActions"]) == (send, [])
