"""In which order is everything looked at for `remediator doctor`? Settings, then who, what and where.

Called by the door of the terminal. Nothing here stops at what fails: each check is made on its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from remediator.core import doctor_identity, doctor_platform, doctor_stores, doctor_wiring
from remediator.core.desired import DesiredState, Way
from remediator.core.doctor import Check, Identity, Role, Setup, State
from remediator.core.doctor_surroundings import AzureSurroundings, Surroundings, Unseen
from remediator.core.errors import RemediatorError
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown

ONLY_THERE = ("clock", "names", "rows", "queue", "poison-queue", "mail", "teams")


def examine(
    setup: Setup,
    around: Surroundings,
    azure: AzureSurroundings,
    *,
    today: date,
    python: str,
    hosts_of_teams: Mapping[str, str],
    send_test: bool = False,
) -> Iterator[Check]:
    """Every check in its order, each as soon as it is made. `python` is the version of this process, as `3.13`."""
    yield from doctor_stores.settings({}, setup.hidden)
    yield doctor_stores.people(setup)
    tokens = _tokens(setup, around)
    yield from _identities(setup, tokens)
    nobody = tokens.get(Role.READER)
    if isinstance(nobody, RemediatorError):
        azure = Unseen("no token is given for the reader")  # each further try would wait as long as the first
    if setup.as_me:
        yield from (Check(id, State.SKIPPED, "counts only where the app runs") for id in ONLY_THERE)
    else:
        yield doctor_platform.clock(azure.clock_ahead())
        yield from _own(setup, around)
        yield from _notices(setup, around, today, hosts_of_teams, send_test)
    desired = around.desired()
    yield doctor_stores.document(desired)
    watched = _watched(setup, desired, azure)
    named = () if isinstance(watched, Unknown) else watched
    if isinstance(watched, Unknown):
        yield Check("subscriptions", State.UNKNOWN, f"none can be listed: {watched.reason}", "mend what is named there")
        watched = ()
    elif not watched:
        yield Check(
            "subscriptions", State.ERROR, "the reader sees none", "REMEDIATOR_SUBSCRIPTIONS and the reader's role"
        )
    else:
        unseen = _unseen(setup, watched, azure)
        yield from unseen.values()
        watched = tuple(one for one in watched if one not in unseen)
    setup = replace(setup, subscriptions=watched)
    yield from _rights(setup, azure, watched, desired)
    yield from _signals(setup, azure, watched)
    for subscription in watched:
        yield doctor_platform.api_versions(subscription, azure.providers(subscription))
    yield from doctor_platform.platform(_app(setup, azure, watched), today, running=python, in_azure=setup.in_azure)
    if not isinstance(desired, RemediatorError):
        yield from _declared(azure, named, desired)


def _own(setup: Setup, around: Surroundings) -> Iterator[Check]:
    for host in setup.hosts:
        yield doctor_platform.name(host, around.addresses(host))
    yield doctor_stores.tried("rows", around.keep_a_row(), "a row was written, read and deleted")
    yield doctor_stores.tried("queue", around.pass_a_message(), "a message was sent, received and deleted")
    yield doctor_stores.poison(around.poisoned())


def _tokens(setup: Setup, around: Surroundings) -> Mapping[Role, Identity | RemediatorError]:
    """A token of each identity, asked for once where both are one; none at somebody's terminal."""
    if setup.as_me:
        return {}
    reader = around.token(Role.READER)
    ids = {setup.client_ids.get(role, "").lower() for role in Role}
    return {Role.READER: reader, Role.APPLIER: reader if len(ids) == 1 else around.token(Role.APPLIER)}


def _identities(setup: Setup, tokens: Mapping[Role, Identity | RemediatorError]) -> Iterator[Check]:
    for role in Role:
        yield doctor_identity.identity(role, setup, tokens.get(role))
    yield doctor_identity.two_identities(setup, tokens.get(Role.READER), tokens.get(Role.APPLIER))


def _notices(
    setup: Setup, around: Surroundings, today: date, hosts: Mapping[str, str], send_test: bool
) -> Iterator[Check]:
    yield from doctor_platform.teams(setup.recipients, hosts, setup.cloud, today)
    if send_test:
        for recipient in setup.recipients:
            kind = "teams" if recipient.startswith("teams:") else "mail"
            yield doctor_stores.delivered(kind, around.send_test(recipient), recipient if kind == "teams" else "")
        if not setup.recipients:
            yield Check(
                "mail", State.SKIPPED, "nobody is named in REMEDIATOR_NOTIFY: there is nobody to send a test to"
            )
        return
    if setup.mails:
        yield doctor_stores.reached("mail", around.reach_mail())
    else:
        yield Check("mail", State.SKIPPED, "no mail server is set")
    for team in setup.teams:
        yield doctor_stores.reached("teams", around.reach_team(team), team)
    if not setup.teams:
        yield Check("teams", State.SKIPPED, "no webhook is set")


def _watched(
    setup: Setup, desired: DesiredState | RemediatorError, azure: AzureSurroundings
) -> tuple[str, ...] | Unknown:
    """The subscriptions that are looked at: those of the settings, else of the document, else all that are seen."""
    named = setup.subscriptions
    if not named and not isinstance(desired, RemediatorError):
        named = desired.subscriptions
    return named or azure.subscriptions()


def _unseen(setup: Setup, watched: tuple[str, ...], azure: AzureSurroundings) -> Mapping[str, Check]:
    """Subscriptions that whoever reads cannot see, each with its check: nothing else that is asked there tells more."""
    seen = azure.subscriptions()
    if isinstance(seen, Unknown):
        return {}
    known = {one.lower() for one in seen}
    if setup.as_me:
        state, text, fix = State.UNKNOWN, "whoever is signed in here does not see it", "az login with somebody who does"
    else:
        state, text = State.ERROR, "the reader does not see it: the id is wrong, or it has no role there"
        fix = "correct the id in REMEDIATOR_SUBSCRIPTIONS or the document, or give the reader its role there"
    return {one: Check("subscriptions", state, text, fix, one) for one in watched if one.lower() not in known}


def _rights(
    setup: Setup, azure: AzureSurroundings, watched: tuple[str, ...], desired: DesiredState | RemediatorError
) -> Iterator[Check]:
    for subscription in watched:
        yield doctor_identity.reader_rights(subscription, setup, azure.grants(Role.READER, subscription))
    if not watched:
        return
    reports = not isinstance(desired, RemediatorError) and all(e.way is Way.REPORT for e in desired.registries)
    if reports:
        yield Check("applier-permissions", State.SKIPPED, "the way is `report` everywhere: nothing is ever written")
        return
    yield doctor_identity.applier_rights({one: azure.grants(Role.APPLIER, one) for one in watched}, setup)


def _signals(setup: Setup, azure: AzureSurroundings, watched: tuple[str, ...]) -> Iterator[Check]:
    for subscription in watched:
        wiring = azure.wiring(subscription)
        yield doctor_wiring.events(subscription, azure.topics(subscription), wiring, setup.cloud)
        yield doctor_wiring.alerts(subscription, wiring, callers=setup.callers)


def _app(setup: Setup, azure: AzureSurroundings, watched: tuple[str, ...]) -> doctor_platform.App | Unknown | None:
    """The function app of ours in one of the subscriptions."""
    unread: Unknown | None = None
    for subscription in watched if setup.in_azure else ():
        found = azure.app(subscription)
        if isinstance(found, Unknown):
            unread = found
        elif found is not None:
            return replace(found, host=setup.host)
    return unread


def _declared(azure: AzureSurroundings, watched: tuple[str, ...], desired: DesiredState) -> Iterator[Check]:
    """What the document names is there."""
    known: list[ResourceId] = []
    unread: dict[str, str] = {}
    for subscription in watched:
        found = azure.registries(subscription)
        if isinstance(found, Unknown):
            unread[subscription] = found.reason
        else:
            known += found
    if watched:
        yield from doctor_stores.registries(desired, known, unread)
    yield from doctor_stores.named_things(
        [(field, rid, azure.exists(rid)) for field, rid in doctor_stores.named_in(desired)]
    )
