"""A rule's page, for the terminal and for programs."""

from __future__ import annotations

import pytest

from remediator.core.rules import RULES
from remediator.views.explain_rule import document, pages, terminal, why_it_breaks

LINK = """\
vnet-link: The private DNS zone is not linked to the network whose resolver counts
judged at the hop: DNS zone

What
  The zone exists and is not linked to the network whose resolver counts: the consumer's own, or the
  one in which its DNS servers, inbound endpoint or forwarding ruleset ask Azure DNS. A zone with
  records that no network links is a risk.

Why it breaks pulls
  The name ends at a public address, where the registry's firewall answers 403; with a managed
  identity it shows as ImagePullUnauthorized.

How it is mended
  One link. It falls back to public answers (NxDomainRedirect) when the zone lacks a registry that
  has endpoints somewhere, or one that an app in the network names.

What it never does
  It never links a second zone of a name to a network, and never registers machines in the zone. It
  links no zone whose records cannot be read, none with a record of another registry of this network
  that leads out of reach, and where it cannot be said whose address such a record has, no zone is
  linked or made."""


def test_a_page_reads_well_without_markup() -> None:
    """The whole page of one rule at width 100."""
    assert terminal("vnet-link") == LINK


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_no_markup_is_left_in_any_page(rule: str) -> None:
    """No page shows backticks, asterisks or links as markdown writes them, and no line is wider than asked."""
    text = terminal(rule, 80)
    assert not [mark for mark in ("`", "**", "](", "#") if mark in text]
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_link_is_the_page_that_it_leads_to() -> None:
    """Where a page links another one, the terminal names its file."""
    assert "chooses an allow-list (docs/desired-state.md) that names all" in pages()["ip-rules"].part("mended")


def test_programs_get_the_same_words() -> None:
    """Id, hop, title and the four parts, each under its own name."""
    found = document("peering")
    assert list(found) == ["id", "hop", "says", "what", "why", "mended", "never"]
    assert (found["hop"], found["why"]) == ("route", "The name resolves, and the packets go nowhere.")


def test_a_reason_is_there_for_rules_only() -> None:
    """What is no rule has no page and no reason."""
    assert why_it_breaks("peering") == "The name resolves, and the packets go nowhere."
    assert (why_it_breaks(None), why_it_breaks("nonsense")) == ("", "")
