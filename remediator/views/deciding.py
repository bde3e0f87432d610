"""How are the decisions worded? A button and a sentence for each way that an approver may choose.

The page and the terminal offer what `core.choices` gives, in its order: the first is what a plain yes means.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.desired import Way
from remediator.views import wording

INTENDED = (
    "The live value is right and the document is not: it is proposed as a pull request on the desired state. "
    "Azure stays as it is."
)
_BUTTONS: dict[Way, str] = {
    Way.DIRECT: "Approve and apply",
    Way.BOTH: "Apply now and open the pull request",
    Way.PULL_REQUEST: "Open a pull request instead",
    Way.INTENDED: "This was intended",
}
_SENTENCES: dict[Way, str] = {
    Way.DIRECT: "The program makes the changes now.",
    Way.BOTH: "The program makes the changes now, and the code follows in a pull request. Trouble with the request "
    "never holds up the mending.",
    Way.PULL_REQUEST: "The program writes nothing to Azure. The code changes, and its pipeline makes the changes after "
    "the merge.",
    Way.INTENDED: INTENDED,
}


def said(yes: bool, way: str | None) -> str:
    """What somebody has answered, for themselves: a plain yes or no, or the button that they chose."""
    button = next((words for one, words in _BUTTONS.items() if yes and one.value == way), "")
    return f"You chose “{button}”" if button else f"You said {'yes' if yes else 'no'} to this plan"


@dataclass(frozen=True, slots=True)
class Choice:
    """One button: the value that it sends, its words, and what it means."""

    value: str
    words: str
    meaning: str
    plain: bool  # is it what a yes means by itself?


def offered(ways: tuple[Way, ...]) -> tuple[Choice, ...]:
    """The buttons; the first way is sent as a plain `approve`."""
    found = []
    for number, way in enumerate(ways):
        words = _BUTTONS[way]
        if way is Way.PULL_REQUEST and number == 0:
            words = "Approve: open a pull request"
        value = "approve" if number == 0 and way is not Way.INTENDED else f"approve {way.value}"
        found.append(Choice(value, words, _SENTENCES[way], plain=number == 0))
    return tuple(found)


def chosen(decision: str, ways: tuple[Way, ...]) -> Way | None:
    """The way that a button's value names: None for a plain yes, and for one that is not offered."""
    named = decision.removeprefix("approve").strip()
    return next((way for way in ways if way.value == named), None)


def covers(ways: tuple[Way, ...]) -> tuple[str, ...]:
    """What a yes covers beside the plan; where nothing can be applied, what it leads to instead."""
    if Way.DIRECT in ways or Way.BOTH in ways:
        return wording.COVERS
    return (_SENTENCES[Way.PULL_REQUEST],) if Way.PULL_REQUEST in ways else ()
