"""A registry is closed only after every pull arrives privately, however the world moves meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.scenarios.test_moved_worlds import opened
from tests.scenarios.town import Program, Town, links_in

DOCUMENT = """\
apiVersion: remediator/v1
kind: DesiredState
registries:
  - match: contosoalbum
    publicNetworkAccess: Disabled
    defaultAction: Deny
    approvers: {users: [lin]}
"""


def approved(place: Town, program: Program) -> str:
    """An incident whose plan makes the private path of an open registry and then closes it; approved."""
    incident = program.request(place.registry("contosoalbum"))
    program.settle()
    (link,) = links_in(place.postbox)
    assert program.decide(link, "lin", "contosoalbum") == 200
    return incident


def to_be_closed(place: Town, folder: Path) -> None:
    """contosoalbum is open, and the document wants it closed."""
    opened(place)
    place.desired = folder / "desired.yaml"
    place.desired.write_text(DOCUMENT, encoding="utf-8")


def access(place: Town) -> str:
    registry = place.azure.resource(place.registry("contosoalbum"))
    assert registry is not None
    return str(registry["properties"]["publicNetworkAccess"])


def test_the_private_path_stands_before_the_door_is_closed(town: Callable[[str], Town], tmp_path: Path) -> None:
    """The closing of the registry is the last write, and the app pulls before and after it."""
    place = town("first-incident")
    to_be_closed(place, tmp_path)
    pulled: list[bool] = []
    place.azure.faults.on_write = lambda method, path: pulled.append(place.pulls("album"))
    with place.program() as program:
        incident = approved(place, program)
        program.settle()
        status = program.status(incident)
    closing = [path.endswith("/registries/contosoalbum") for _, path in place.azure.writes]
    assert (status, access(place), all(pulled)) == ("RESOLVED", "Disabled", True)
    assert closing == sorted(closing)
    assert closing[-1]


def test_a_path_that_is_lost_meanwhile_keeps_the_door_open(town: Callable[[str], Town], tmp_path: Path) -> None:
    """Somebody takes a record away after the link was made: the registry stays open, and people are asked anew."""
    place = town("first-incident")
    to_be_closed(place, tmp_path)

    def sabotage(method: str, path: str) -> None:
        if "/virtualNetworkLinks/" in path:
            zone = path.split("/virtualNetworkLinks/")[0]
            place.azure.remove(f"{zone}/A/contosoalbum.chinaeast2.data")

    place.azure.faults.on_write = sabotage
    with place.program() as program:
        incident = approved(place, program)
        program.settle()
        found = program.incident(incident)
    assert (found["status"], access(place)) == ("AWAITING_APPROVAL", "Enabled")
    assert not any(path.endswith("/registries/contosoalbum") for _, path in place.azure.writes)
    assert any("not every pull arrives privately" in line["what"] for line in found["journal"])
