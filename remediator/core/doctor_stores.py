"""Are case files kept, do notices go out, does the document say something that exists? Judgement of what was tried.

Called by `flow.examine`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from remediator.core.desired import DesiredState
from remediator.core.doctor import Check, Setup, State
from remediator.core.errors import RemediatorError, Transient
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.core.words import counted

SLOW = 2.0  # seconds


def settings(problems: Mapping[str, str], hidden: Sequence[str] = ()) -> tuple[Check, ...]:
    """One error for each variable that is wrong, an unknown for each that only the app sees; one OK where none is."""
    if not problems and hidden:
        text = "its value lies in the vault, and only the app sees it"
        unseen = tuple(Check("settings", State.UNKNOWN, text, "run `doctor` in the app", name) for name in hidden)
        return (Check("settings", State.OK, "every other variable can be read"), *unseen)
    if not problems:
        return (Check("settings", State.OK, "every variable can be read"),)
    fix = "docs/settings.md explains every variable"
    return tuple(Check("settings", State.ERROR, why, fix, name) for name, why in problems.items())


def people(setup: Setup) -> Check:
    """Whether anybody is asked, and anybody may answer."""
    if not setup.in_azure:
        return Check("people", State.SKIPPED, f"mode {setup.mode}: whoever sits at this machine decides")
    if not setup.recipients:
        text = "nobody is told of an incident, unless the document names somebody"
        return Check("people", State.WARNING, text, "REMEDIATOR_NOTIFY, or `notify` in the desired state")
    if not setup.approvers:
        text = "whoever is signed in may decide, unless the document names approvers"
        return Check("people", State.WARNING, text, "REMEDIATOR_APPROVER_GROUPS, or `approvers` in the desired state")
    return Check("people", State.OK, f"{counted(len(setup.recipients), 'recipient')}, and approvers are named")


def tried(id: str, found: float | RemediatorError | None, done: str) -> Check:
    """Whether something that was tried in the storage worked; None: there is nothing to try."""
    if found is None:
        return Check(id, State.SKIPPED, "no storage account is set: wake-ups wait in the memory of one process")
    if isinstance(found, RemediatorError):
        return _failed(id, found)
    text = f"{done} in {found:.2f} s"
    if found > SLOW:
        return Check(id, State.WARNING, f"{text}: that is slow", "is the account in the region of the app?")
    return Check(id, State.OK, text)


def poison(found: int | RemediatorError | None) -> Check:
    """Whether messages lie on the poison queue."""
    if found is None:
        return Check("poison-queue", State.SKIPPED, "no storage account is set: there is no poison queue")
    if isinstance(found, RemediatorError):
        return _failed("poison-queue", found)
    if found:
        text = f"{counted(found, 'message')} could not even be turned into a call for a person"
        return Check("poison-queue", State.WARNING, text, "docs/runbook.md#the-poison-queue")
    return Check("poison-queue", State.OK, "empty")


def reached(id: str, found: str | RemediatorError | Unknown, about: str = "") -> Check:
    """Whether whoever carries notices can be reached; nothing was delivered."""
    if isinstance(found, Unknown):
        return Check(id, State.UNKNOWN, found.reason, "remediator doctor --send-test", about)
    if isinstance(found, RemediatorError):
        return _failed(id, found, about)
    return Check(id, State.OK, f"{found}; nothing was sent (`--send-test` does)", about=about)


def delivered(id: str, problem: RemediatorError | None, about: str) -> Check:
    """Whether a test notice was taken."""
    if problem is not None:
        return _failed(id, problem, about)
    return Check(id, State.OK, "a test notice was taken: look whether it has arrived", about=about)


def document(found: DesiredState | RemediatorError) -> Check:
    """Whether the desired state can be read."""
    if isinstance(found, RemediatorError):
        return _failed("desired-state", found)
    if not found.declared:
        text = "there is no document: broken paths are mended after asking, all else is only reported"
        return Check("desired-state", State.OK, text)
    return Check("desired-state", State.OK, f"{counted(len(found.registries), 'entry').replace('entrys', 'entries')}")


def registries(desired: DesiredState, found: Iterable[ResourceId], unread: Mapping[str, str]) -> tuple[Check, ...]:
    """Whether each entry of the document matches a registry; `unread` says which subscriptions could not be listed."""
    known = list(found)
    named = [entry.match for entry in desired.registries if entry.match != "*"]
    checks = []
    for match in named:
        if _matches(match, known):
            continue
        if unread:
            subscription, why = next(iter(unread.items()))
            text = f"whether it exists is not known: subscription {subscription} cannot be listed: {why}"
            checks.append(Check("registries", State.UNKNOWN, text, "", match))
        else:
            text = "the document names it, and no watched subscription has it"
            fix = "correct `match`, or add its subscription to `subscriptions`"
            checks.append(Check("registries", State.WARNING, text, fix, match))
    if checks:
        return tuple(checks)
    if unread:
        subscription, why = next(iter(unread.items()))
        return (Check("registries", State.UNKNOWN, f"they cannot be listed: {why}", "", subscription),)
    if not known:
        fix = "REMEDIATOR_SUBSCRIPTIONS, or the reader's role on them"
        return (Check("registries", State.WARNING, "no registry is seen at all", fix),)
    text = f"{counted(len(known), 'registry').replace('registrys', 'registries')} seen"
    return (Check("registries", State.OK, f"{text}; the document names {len(named)} of them" if named else text),)


def named_things(found: Sequence[tuple[str, ResourceId, bool | Unknown]]) -> tuple[Check, ...]:
    """Whether the zones, subnets and jobs that the document names are there: (field, id, answer)."""
    checks = []
    for field, rid, there in found:
        if isinstance(there, Unknown):
            text = f"`{field}` in the document: whether it is there is not known: {there.reason}"
            checks.append(Check("desired-state", State.UNKNOWN, text, "", rid.text))
        elif not there:
            text = f"`{field}` in the document names it, and it is not there"
            checks.append(Check("desired-state", State.ERROR, text, "correct the id, or make the resource", rid.text))
    return tuple(checks)


def named_in(desired: DesiredState) -> tuple[tuple[str, ResourceId], ...]:
    """The resources that a document names by their ids, each once, with the field that does."""
    found: dict[ResourceId, str] = {}
    for entry in desired.registries:
        if entry.zone is not None:
            found.setdefault(entry.zone, "zone")
        for placement in entry.placements:
            found.setdefault(placement.subnet, "endpoints.subnet")
    for probe in desired.probes:
        found.setdefault(probe.environment, "probes.environment")
        found.setdefault(probe.job, "probes.job")
    return tuple((field, rid) for rid, field in found.items())


def _matches(match: str, known: Sequence[ResourceId]) -> bool:
    if match.startswith("/"):
        return ResourceId(match) in known
    return any(rid.name.lower() == match.lower() for rid in known)


def _failed(id: str, error: RemediatorError, about: str = "") -> Check:
    """What failed for a reason that may pass is unknown; everything else is an error."""
    state = State.UNKNOWN if isinstance(error, Transient) else State.ERROR
    return Check(id, state, f"{error.message} [{error.code}]", error.hint or f"docs/errors.md#{error.code}", about)
