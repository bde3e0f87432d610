"""Azure tells the program of its own writes, while it works and afterwards: nobody is asked because of that."""

from __future__ import annotations

from collections.abc import Callable

from remediator.bootstrap.access import SANDBOX_IDENTITY
from tests.scenarios.town import Program, Town, links_in, subjects_in

OURS = {"appid": SANDBOX_IDENTITY, "idtyp": "app"}
QUIET = {"NO_DRIFT", "JOINED", "REPORTED"}


def operation_of(resource: str) -> str:
    """The operation of a write to a resource, as Azure names it."""
    parts = resource.split("/providers/")[-1].split("/")
    return "/".join([parts[0], *parts[1::2], "write"])


def started(place: Town, program: Program) -> str:
    """The first incident, waiting for its approval."""
    incident = program.alert(place.network.pull_app(place.app("album")).text)
    program.settle()
    assert program.status(incident) == "AWAITING_APPROVAL"
    return incident


def test_events_that_come_while_we_write(town: Callable[[str], Town]) -> None:
    """Each write's event comes before the next write is made: the plan goes on to its end, and no event asks anybody
    anything."""
    place = town("first-incident")
    with place.program() as program:
        incident = started(place, program)
        echoes: list[str] = []

        def heard(method: str, path: str) -> None:
            echoes.append(program.event(path, operation_of(path), OURS))

        place.azure.faults.on_write = heard
        assert program.decide(links_in(place.postbox)[0], "lin", "contosoalbum") == 200
        program.settle()
        found = [program.status(echo) for echo in set(echoes) - {incident}]
        assert program.status(incident) == "RESOLVED"
        assert len(echoes) == 4
        assert found
        assert set(found) <= QUIET
    assert [subject.split("] ")[1].split(":")[0] for subject in subjects_in(place.postbox)] == [
        "Approval wanted",
        "Resolved",
    ]


def test_events_that_come_late(town: Callable[[str], Town]) -> None:
    """Hours later, when somebody else has broken it again, the late events of our writes ask nobody; the alert does."""
    place = town("first-incident")
    with place.program() as program:
        incident = started(place, program)
        assert program.decide(links_in(place.postbox)[0], "lin", "contosoalbum") == 200
        program.settle()
        assert program.status(incident) == "RESOLVED"
        link = next(path for _, path in place.azure.writes if "virtualNetworkLinks" in path)
        place.azure.remove(link)
        mails = len(subjects_in(place.postbox))
        late = [program.event(path, operation_of(path), OURS) for _, path in place.azure.writes]
        program.settle()
        assert {program.status(echo) for echo in late} <= QUIET
        assert len(subjects_in(place.postbox)) == mails
        alert = program.alert(place.network.pull_app(place.app("album")).text)
        program.settle()
        assert program.status(alert) == "AWAITING_APPROVAL"
