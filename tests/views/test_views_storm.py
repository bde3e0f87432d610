"""A storm in words: how many signals, which registries, who joined."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.incident import Notice
from remediator.core.resource_id import ResourceId
from remediator.views.document import incident_document
from remediator.views.html import incident_page
from remediator.views.notice import words
from remediator.views.standing import Standing, standing_document
from tests.views import samples

RG = "/subscriptions/s/resourceGroups/rg-images/providers/Microsoft.ContainerRegistry/registries"
MANY = tuple(ResourceId(f"{RG}/images{number:03}") for number in range(130))
STORM = replace(samples.incident(), signal_count=10_000, registries=MANY[:40])
JOINED = replace(samples.incident(), id="aaaa-1", subject=MANY[7], signal_count=312, joined_to=STORM.id)


def test_a_mail_counts_and_names() -> None:
    """The mail says how many signals there were and names every registry, one a line; a small incident says neither."""
    told = words(Notice("k", "approval", "mail"), STORM)
    assert "10,000 signals have told of it so far." in told.paragraphs
    (names,) = [text for title, text in told.blocks if title == "The registries"]
    assert names.splitlines() == [f"images{number:03} in rg-images" for number in range(40)]
    small = words(Notice("k", "approval", "mail"), samples.incident())
    assert not any("signals have told" in one for one in small.paragraphs)
    assert "The registries" not in [title for title, _ in small.blocks]


def test_very_many_are_cut() -> None:
    """Beyond a hundred the rest is counted."""
    told = words(Notice("k", "approval", "mail"), replace(STORM, registries=MANY))
    (names,) = [text for title, text in told.blocks if title == "The registries"]
    assert names.splitlines()[-1] == "and 30 more"


def test_the_page_and_the_document() -> None:
    """Page and JSON have the count, the registries, and who joined with how many signals; the one that joined leads to
    the other."""
    page = incident_page(STORM, "Anna", Standing(joined=(JOINED,)))
    assert all(word in page for word in ("10,000", "images039 in rg-images", "images007: 312 signals (aaaa-1)"))
    document = incident_document(STORM) | standing_document(Standing(joined=(JOINED,)))
    assert (document["signal_count"], len(document["registries"])) == (10_000, 40)
    assert (document["joined"][0]["id"], document["joined"][0]["signal_count"]) == ("aaaa-1", 312)
    assert f'href="/incidents/{STORM.id}"' in incident_page(JOINED, "Anna")
