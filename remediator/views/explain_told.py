"""What is there to be explained: a diagnosis with what it was made of, sorted into what decides and what does not."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cached_property

from remediator.core.azure_write import AzureWrite
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding
from remediator.core.pull_error import Cause, PullError
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.snapshot import Snapshot
from remediator.core.testimony import Stand
from remediator.views.plain import plain

MOST_DRAWN = 3
# Causes that say nothing of the way to the registry, so that its picture shows nothing for or against them.
_NOT_ABOUT_THE_WAY = frozenset({Cause.throttled, Cause.platform_mismatch, Cause.other})
# The first words of sentences that begin with no name.
_PLAIN_WORDS = ("the ", "too ", "nobody ", "something ", "no ", "every ")


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of an answer."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A diagnosis, the documents that it was made of, what an error text says, and the write behind it, if known.

    `remarks` are sentences on the estate that are no findings; `nothing_asked` says why nothing was looked at, "" where
    something was.
    """

    found: Diagnosis
    desired: DesiredState
    snapshot: Snapshot
    said: PullError | None = None
    caused_by: AzureWrite | None = None
    remarks: tuple[str, ...] = ()
    nothing_asked: str = ""

    @cached_property
    def broken(self) -> tuple[PullPath, ...]:
        """The paths that cannot work."""
        return tuple(path for path in self.found.paths if path.verdict is Verdict.BROKEN)

    @cached_property
    def unknown(self) -> tuple[PullPath, ...]:
        """The paths of which it is not known whether they work."""
        return tuple(path for path in self.found.paths if path.verdict is Verdict.UNKNOWN)

    @cached_property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings on paths, broken hops before unknown ones."""
        return tuple(finding for finding in self.found.findings if finding.paths)

    @cached_property
    def besides(self) -> tuple[Finding, ...]:
        """What differs from the desired state or may break a pull one day."""
        return tuple(finding for finding in self.found.findings if not finding.paths)

    @cached_property
    def nothing_to_do(self) -> bool:
        """Whether no pull fails for a reason that this estate holds, and nothing would be changed."""
        return not (self.broken or self.unknown or self.deciding or self.found.plan)

    @cached_property
    def drawn(self) -> tuple[PullPath, ...]:
        """The paths whose picture is worth its room: one for each cause that breaks paths, else that leaves them open.

        A whole path is drawn beside an error text only: there it is the evidence.
        """
        odd = self.broken or self.unknown
        firsts = {_cause(path): path for path in reversed(odd)}
        if odd:
            return tuple(path for path in odd if firsts[_cause(path)] is path)[:MOST_DRAWN]
        testimony = self.found.testimony
        if testimony is None or testimony.stand is Stand.OPEN or testimony.cause in _NOT_ABOUT_THE_WAY:
            return ()
        spoken = {key for finding in self.deciding for key in finding.paths}
        named = [path for path in self.found.paths if path.key in spoken]
        return tuple((named or list(self.found.paths))[:1])


def _cause(path: PullPath) -> tuple[str, str]:
    """Where the way ends and which rule says so: paths that share it look alike."""
    hop = path.deciding
    return (hop.name.value, hop.rule or "") if hop else ("", "")


def wrapped(words: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Words in lines of at most `width`; `first` opens the first line, `rest` the others (blanks of that length)."""
    indent = " " * len(first) if rest is None else rest
    return textwrap.wrap(
        words, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def sentence(words: str, limit: int = 600) -> str:
    """Words as a sentence: a full stop at the end, a capital where they begin with no name."""
    said = plain(words, limit).rstrip(".")
    return f"{said[0].upper()}{said[1:]}." if said.startswith(_PLAIN_WORDS) else f"{said}."
