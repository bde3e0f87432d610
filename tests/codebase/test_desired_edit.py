"""A live value that was meant, written into the desired-state document: one place changes, everything else stays."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.adapters.local.desired_yaml import parse_desired
from remediator.codebase.desired_edit import NotCertain, declared, intend
from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import CodeHome, CodeHostKind, DocumentHome
from remediator.core.finding import Finding, Severity
from remediator.core.meant import Meant
from remediator.core.plan import Plan
from remediator.core.pull_request import Draft, Instruction, Task, Tree
from remediator.core.resource_id import resource_id
from remediator.core.snapshot import Snapshot

SHOP = resource_id("1" * 8, "rg", "Microsoft.ContainerRegistry/registries", "shopRegistry")
OTHER = resource_id("1" * 8, "rg", "Microsoft.ContainerRegistry/registries", "fairregistry")
DOCUMENT = """\
# Who owns what: ask the network team.
apiVersion: remediator/v1
kind: DesiredState

registries:
  # the shop
  - match: shopregistry   # the big one
    publicNetworkAccess: "Disabled"   # since the audit
    ipRules:
      - 203.0.113.7     # office
      # the old office
      - 203.0.113.16/30
    way: direct

  # everything else
  - match: "*"
    publicNetworkAccess: Disabled
    # nobody from outside
    ipRules: []
    way: report
"""


def changed(text: str, value: Meant) -> list[str]:
    """The lines that an edit takes away and adds."""
    diff = difflib.ndiff(text.splitlines(), declared(text, value).splitlines())
    return [line for line in diff if line[0] in "+-"]


def test_one_value_changes() -> None:
    """A scalar is replaced where it stands: its quotes, the comment behind it and every other byte stay."""
    assert changed(DOCUMENT, Meant(SHOP, "publicNetworkAccess", "Enabled")) == [
        '-     publicNetworkAccess: "Disabled"   # since the audit',
        '+     publicNetworkAccess: "Enabled"   # since the audit',
    ]


def test_lines_of_a_list_come_and_go() -> None:
    """An address that was added gets a line, one that went loses its own; comments and order stay."""
    value = Meant(SHOP, "ipRules", ("198.51.100.9", "203.0.113.7/32"))
    assert changed(DOCUMENT, value) == ["+       - 198.51.100.9", "-       - 203.0.113.16/30"]
    assert parse_desired(declared(DOCUMENT, value)).registries[0].ip_rules == ("203.0.113.7", "198.51.100.9")


def test_a_list_becomes_empty_and_full() -> None:
    """No rule at all is `[]`; a list in brackets stays one."""
    none = declared(DOCUMENT, Meant(SHOP, "ipRules", ()))
    assert "    ipRules: []\n      # the old office\n" in none
    one = declared(none, Meant(SHOP, "ipRules", ("198.51.100.9",)))
    assert "    ipRules: [198.51.100.9]\n" in one


def test_an_entry_for_all_is_not_changed_for_one() -> None:
    """A registry that only `*` names gets an entry of its own before it, which says the same but for the one value."""
    text = declared(DOCUMENT, Meant(OTHER, "publicNetworkAccess", "Enabled"))
    new = '  - match: "fairregistry"\n    publicNetworkAccess: Enabled\n    ipRules: []\n    way: report\n\n'
    assert text == DOCUMENT.replace("  # everything else\n", new + "  # everything else\n")
    before, after = parse_desired(DOCUMENT), parse_desired(text)
    assert after.intent_for(OTHER).public_network_access == "Enabled"
    assert after.intent_for(OTHER).way is before.intent_for(OTHER).way
    assert (after.registries[0], after.registries[2]) == before.registries


def test_what_is_declared_already_stays() -> None:
    """A document that says it already is not touched, down to the byte."""
    assert declared(DOCUMENT, Meant(SHOP, "publicNetworkAccess", "Disabled")) == DOCUMENT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("registries: [{match: shopregistry, publicNetworkAccess: Disabled}]\n", "list of lines"),
        ("registries:\n  - match: other\n", "no entry matches"),
        ("registries:\n  - match: shopregistry\n", "does not say"),
        ("x: &v Disabled\nregistries:\n  - match: shopregistry\n    publicNetworkAccess: *v\n", "stand in the entry"),
        ("x: &v {publicNetworkAccess: Disabled}\nregistries:\n  - match: shopregistry\n    <<: *v\n", "in the entry"),
        (
            "registries:\n  - match: shopregistry\n    publicNetworkAccess: &v Disabled\n"
            "  - match: other\n    publicNetworkAccess: *v\n",
            "plain value",
        ),
        (
            "registries:\n  - &shop\n    match: shopregistry\n    publicNetworkAccess: Disabled\n"
            "  - <<: *shop\n    match: other\n",
            "something else",
        ),
        ("a: [\n", "not YAML"),
        ("registries: 3\n", "no list"),
    ],
)
def test_where_it_is_not_certain_nothing_is_written(text: str, why: str) -> None:
    """Anchors, merged mappings and other forms are left to a person."""
    with pytest.raises(NotCertain, match=why):
        declared(text, Meant(SHOP, "publicNetworkAccess", "Enabled"))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["203.0.113.7", "198.51.100.0/24", "192.0.2.1"]), unique=True),
    st.lists(st.sampled_from(["203.0.113.7", "198.51.100.0/24", "192.0.2.9"]), unique=True),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_the_document_says_what_was_meant(old: list[str], new: list[str], flow: bool, end: str, mark: str) -> None:
    """However a list is written, afterwards it says the new addresses, and every other line is as before."""
    rules = [f"    ipRules: [{', '.join(old)}]"] if flow or not old else ["    ipRules:", *(f"    - {o}" for o in old)]
    head = ["apiVersion: remediator/v1", "kind: DesiredState", "registries:", "  - match: shopregistry"]
    text = mark + end.join([*head, *rules, "    way: direct  # ours", ""])
    edited = declared(text, Meant(SHOP, "ipRules", tuple(new)))
    entry = parse_desired(edited.removeprefix("\ufeff")).registries[0]
    assert set(entry.ip_rules or ()) == set(new)
    assert [line for line in text.split(end) if "ipRules" not in line and "- " not in line.strip()[:2]] == [
        line for line in edited.split(end) if "ipRules" not in line and "- " not in line.strip()[:2]
    ]


def _task(field: str, live: object, wanted: object, text: str = DOCUMENT) -> Draft | Instruction:
    change = Change(ChangeKind.UPDATE_REGISTRY, SHOP, "Set it", {field: live}, {field: wanted}, "ip-rules")
    finding = Finding("ip-rules", SHOP, Severity.DRIFT, "it differs", remedy=(change,))
    home = DocumentHome(CodeHome(CodeHostKind.GITHUB, "contoso/state", folder="state"), "state/desired.yaml")
    task = Task(Plan((change,)), Snapshot(), parse_desired(DOCUMENT), (finding,))
    return intend(task, Tree("c1", {"state/desired.yaml": text}), home)


def test_a_drift_becomes_one_commit() -> None:
    """The live value of a switch becomes one commit on the document, in the document's own words."""
    drafted = _task("bypass", "AzureServices", "None", DOCUMENT.replace("way: direct", "trustedServices: denied"))
    assert isinstance(drafted, Draft)
    (commit,) = drafted.commits
    assert commit.files[0].path == "state/desired.yaml"
    assert "trustedServices: allowed" in (commit.files[0].text or "")


def test_a_document_that_cannot_be_edited_is_told() -> None:
    """Where the document is not there, a person reads what to write."""
    said = _task("publicNetworkAccess", "Enabled", "Disabled", "a: [\n")
    assert isinstance(said, Instruction)
    assert said.code == "desired-not-located"
    assert "publicNetworkAccess: Enabled" in said.text
