"""The vocabulary of pull errors: complete, in lower case, and linear however hostile a text is."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from remediator.core import pull_context, pull_hints, pull_hops, pull_reference, pull_text, pull_words
from remediator.core.pull_sign import Cause, Confidence, Kind, Sign

BOUND = 600
"""The longest repeat that may be tried again at every position of a text."""

SIGNS = (*pull_words.EXPLICIT, *pull_hops.HOPS, *pull_hints.HINTS)
_parser: Any = importlib.import_module("re._parser")


def _compiled(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in vars(module).items():
        for index, one in enumerate(value if isinstance(value, tuple) else (value,)):
            pattern = one.pattern if isinstance(one, Sign) else one
            if isinstance(pattern, re.Pattern):
                yield f"{module.__name__.rpartition('.')[2]}.{name}[{index}]", pattern


MODULES = (pull_words, pull_hops, pull_hints, pull_context, pull_text, pull_reference)
PATTERNS = dict(entry for module in MODULES for entry in _compiled(module))


def _repeats(parsed: Any, depth: int = 0) -> Iterator[tuple[int, int, bool]]:
    """Each repeat of an expression: how deep in other repeats that try again, how often, and whether it gives back."""
    for operation, argument in parsed:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, body = argument
            gives_back = name != "POSSESSIVE_REPEAT"
            yield depth, int(most), gives_back and most != least
            yield from _repeats(body, depth + (most > 1))
        elif name == "SUBPATTERN":
            yield from _repeats(argument[-1], depth)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _repeats(branch, depth)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _repeats(argument[1], depth)
        elif name == "ATOMIC_GROUP":
            yield from _repeats(argument, depth)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_repeat_runs_away(name: str) -> None:
    """Every repeat that can give characters back is bounded, so that the work grows with the text and not faster."""
    pattern = PATTERNS[name]
    for depth, most, gives_back in _repeats(_parser.parse(pattern.pattern, pattern.flags)):
        if gives_back:
            assert most <= (BOUND if depth == 0 else 300), (most, depth)


def test_every_cause_has_its_words() -> None:
    """Each cause but `unknown` can be told by some sign; `unknown` is what no sign tells."""
    assert {sign.cause for sign in SIGNS} == set(Cause) - {Cause.unknown}


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: f"{sign.cause}-{sign.pattern.pattern[:24]}")
def test_words_meet_a_text_in_lower_case(sign: Sign) -> None:
    """A capital letter in a sign would never match; `\\S` and its like are classes and none."""
    assert not re.search(r"[A-Z]", re.sub(r"\\[A-Z]", "", sign.pattern.pattern))


def test_what_is_never_sure() -> None:
    """No word about identities is sure, since missing links and closed firewalls print them too; nor is a vague one."""
    assert all(sign.confidence is not Confidence.high for sign in SIGNS if sign.cause is Cause.auth_unauthorized)
    assert all(sign.confidence is not Confidence.high for sign in pull_hints.HINTS)


def test_sureness_of_a_hop_hangs_on_whose_it_is() -> None:
    """A sign about a hop is sure only if its kind asks whose host it is."""
    sure = {sign.kind for sign in pull_hops.HOPS if sign.confidence is Confidence.high}
    assert sure == {Kind.name, Kind.forbidden}
