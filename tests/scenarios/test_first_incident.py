"""The first incident, from the alert to the end, through the doors."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.town import Town, links_in, subjects_in


def test_the_first_incident_is_resolved(town: Callable[[str], Town]) -> None:
    """The real log line leads to a plan, one person's yes to its four writes, and the pull works from inside."""
    place = town("first-incident")
    text = place.network.pull_app(place.app("album")).text
    with place.program() as program:
        incident = program.alert(text)
        program.settle()
        assert (program.status(incident), place.azure.writes) == ("AWAITING_APPROVAL", [])
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["verification"]["proof"]) == ("RESOLVED", "pull")
    assert [method for method, _ in place.azure.writes] == ["PUT"] * 4
    assert (place.pulls("album"), place.pulls("catalog")) == (True, True)
    assert [subject.split("] ")[1].split(":")[0] for subject in subjects_in(place.postbox)] == [
        "Approval wanted",
        "Resolved",
    ]


def test_a_no_ends_it(town: Callable[[str], Town]) -> None:
    """A rejected plan is never applied, and the same link cannot change it."""
    place = town("first-incident")
    with place.program() as program:
        incident = program.request(place.registry("contosoalbum"))
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "", decision="reject") == 400  # no reason was given
        assert program.status(incident) == "AWAITING_APPROVAL"
        assert program.decide(link, "lin", "", decision="reject", reason="not now") == 200
        assert program.decide(link, "mira", "contosoalbum") == 403
        program.settle()
        assert (program.status(incident), place.azure.writes) == ("REJECTED", [])


def test_a_no_is_heard(town: Callable[[str], Town]) -> None:
    """After a no the next alert about the same plan mails nobody and says who said it; a person's request asks anew."""
    place = town("first-incident")
    text = place.network.pull_app(place.app("album")).text
    with place.program() as program:
        rejected = program.alert(text)
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "", decision="reject", reason="not now") == 200
        program.settle()
        mails = len(subjects_in(place.postbox))
        place.clock.sleep(3600)
        repeated = program.alert(text)
        program.settle()
        found = program.incident(repeated)
        assert (repeated != rejected, found["status"]) == (True, "REPORTED")
        assert f"rejected by lin on {place.clock.now():%Y-}" in found["journal"][-1]["what"]
        assert rejected in found["journal"][-1]["what"]
        assert len(subjects_in(place.postbox)) == mails
        asked = program.request(place.registry("contosoalbum"))
        program.settle()
        assert program.status(asked) == "AWAITING_APPROVAL"
        assert len(subjects_in(place.postbox)) == mails + 1
