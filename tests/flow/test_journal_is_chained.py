"""However an incident goes, its journal is one chain, and it begins with the ids by which it is found elsewhere."""

from __future__ import annotations

from remediator.core.incident import Status
from remediator.core.journal_check import check

from .world import LINK, World

ID = "44444444-4444-4444-4444-444444444444"


def test_a_whole_story_is_one_chain() -> None:
    """From the first signal to the end every line is chained."""
    world = World()
    world.start()
    world.say()
    world.run()
    found = check(world.incident)
    assert (world.incident.status, found.problem, found.unchained) == (Status.RESOLVED, "", 0)


def test_undoing_and_failing_stay_chained() -> None:
    """A story that is undone, and one that needs a human after tries, are one chain each."""
    world = World(hurts=LINK)
    world.start()
    world.say()
    world.run()
    assert (world.incident.status, check(world.incident).problem) == (Status.ROLLED_BACK, "")
    world = World()
    world.desired.state = world.desired.state.__class__()
    world.flow = world.flow_with(lambda port: port)
    world.start()
    world.flow.poisoned(world.incident.id)
    assert (world.incident.status, check(world.incident).problem) == (Status.NEEDS_HUMAN, "")


def test_the_first_line_names_the_senders_id() -> None:
    """The opening line has the signal's correlation id, and nothing where a text stands in its place."""
    world = World()
    world.flow.take_in(world.signal(correlation=ID))
    assert world.incident.journal[0].what == f"opened by a signal: alert, correlation {ID}"
    world = World()
    world.flow.take_in(world.signal(correlation="night@example.org"))
    assert world.incident.journal[0].what == "opened by a signal: alert"
