"""A zone that nobody lets us see is linked to the network: what becomes of a plan that cannot know it."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.test_moved_worlds import asked, zone_made
from tests.scenarios.town import Town, links_in


def test_a_zone_that_the_reader_does_not_see_ends_with_our_writes_undone(town: Callable[[str], Town]) -> None:
    """Azure refuses the second link: what was written before is taken back, and people are asked once, not again."""
    place = town("first-incident")
    before = place.azure.estate()["resources"]
    link = zone_made(place)["id"]
    zone = link.partition("/virtualNetworkLinks/")[0]
    place.azure.faults.refuse(zone)
    with place.program() as program:
        incident = asked(place, program, "album")
        (question,) = links_in(place.postbox)
        assert program.decide(question, "lin", "contosoalbum") == 200
        program.settle(2000)
        found = program.incident(incident)
    assert (found["status"], len(links_in(place.postbox))) == ("ROLLED_BACK", 1)
    assert any("zone-unseen" in line["what"] for line in found["journal"])
    place.azure.faults.clear()
    place.azure.remove(link)
    place.azure.remove(zone)
    after = place.azure.estate()["resources"]
    assert {one["id"].lower() for one in after} == {one["id"].lower() for one in before}
