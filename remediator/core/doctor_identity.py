"""Is each identity there, and may it do what it needs? Judgement of tokens and role assignments.

Called by `flow.examine`. The reader needs its actions on the whole of each subscription. The applier is given its own
where changes are wanted and no further, so that what it has nowhere is told, and for which changes that is missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from remediator.core.change import ChangeKind
from remediator.core.doctor import Check, Identity, Role, Setup, State
from remediator.core.errors import RemediatorError
from remediator.core.permissions import NEEDS, READER, Use, beside_actions
from remediator.core.preflight import Grant
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown

_LISTED = 5


def identity(role: Role, setup: Setup, found: Identity | RemediatorError | None) -> Check:
    """Whether a token is got as an identity; None where it was not asked for, at somebody's terminal."""
    id, client = f"{role.value}-identity", setup.client_ids.get(role, "")
    named = f"client id {client}" if client else "the default identity"
    if isinstance(found, Identity):
        who = found.principal or found.application or "somebody whom the token does not name"
        return Check(id, State.OK, f"a token was given for {named}: object id {who}")
    variable = f"REMEDIATOR_{role.name}_CLIENT_ID"
    if found is None:
        fix = "run `remediator doctor` in the app itself"
        return Check(id, State.UNKNOWN, f"only the app gets a token for {named}, this is somebody's terminal", fix)
    fix = f"assign the identity to the app, and set {variable}; on another machine than the app: --as-me"
    return Check(id, State.ERROR, f"no token is given for {named}: {found.message}", fix)


def two_identities(
    setup: Setup, reader: Identity | RemediatorError | None, applier: Identity | RemediatorError | None
) -> Check:
    """Whether somebody else writes than reads."""
    ids = [setup.client_ids.get(role, "").lower() for role in Role]
    fix = "make a second identity for writing, and set REMEDIATOR_APPLIER_CLIENT_ID"
    same = isinstance(reader, Identity) and isinstance(applier, Identity) and _same(reader, applier)
    if not setup.in_azure and ids[0] == ids[1]:
        return Check("two-identities", State.SKIPPED, f"mode {setup.mode}: one identity does both")
    if ids[0] == ids[1] or same:
        text = "one identity reads and writes: whoever gets hold of the reader's token may write"
        return Check("two-identities", State.WARNING, text, fix)
    if not (isinstance(reader, Identity) and isinstance(applier, Identity)):
        return Check("two-identities", State.UNKNOWN, "two client ids are set; their tokens were not seen", fix)
    if reader.tenant and applier.tenant and reader.tenant != applier.tenant:
        text = "the two identities are of different tenants"
        return Check("two-identities", State.ERROR, text, "make both in the tenant of the subscriptions")
    return Check("two-identities", State.OK, "another identity writes than reads")


def reader_rights(subscription: str, setup: Setup, found: Sequence[Grant] | Unknown) -> Check:
    """Whether the reader has its actions on a subscription; the line to add for each that it lacks."""

    def check(state: State, text: str, fix: str = "", missing: Sequence[str] = ()) -> Check:
        return Check("reader-permissions", state, text, fix, subscription, tuple(missing))

    wanted = (*READER, *beside_actions("reader", setup.beside))
    scope = ResourceId(f"/subscriptions/{subscription}")
    update = _role("reader", setup)
    if isinstance(found, Unknown):
        return check(State.UNKNOWN, f"what the reader may do is not known: {found.reason}", update)
    missing, doubt = _missing(wanted, scope, found)
    if missing:
        lost = list(dict.fromkeys(READER[action] for action in missing if action in READER))
        more = f"; not known without them: {_some(lost)}" if lost else ""
        return check(State.ERROR, f"the reader lacks {len(missing)} of {len(wanted)} actions{more}", update, missing)
    if doubt:
        return check(State.UNKNOWN, f"whether the reader has its actions is not known: {doubt}", update)
    return check(State.OK, f"the reader has its {len(wanted)} actions")


def applier_rights(found: Mapping[str, Sequence[Grant] | Unknown], setup: Setup) -> Check:
    """Whether the applier can make changes anywhere in the watched subscriptions."""

    def check(state: State, text: str, fix: str = "", missing: Iterable[str] = ()) -> Check:
        return Check("applier-permissions", state, text, fix, missing=tuple(missing))

    unread = {name: why for name, why in found.items() if isinstance(why, Unknown)}
    grants = [grant for held in found.values() if not isinstance(held, Unknown) for grant in held]
    update = _role("applier", setup)
    lacking: dict[str, list[str]] = {}
    for kind in ChangeKind:
        for need in NEEDS[kind]:
            if need.use is not Use.UNDO and not _anywhere(need.action, grants):
                lacking.setdefault(need.action, []).append(kind.value)
    for action in beside_actions("applier", setup.beside):
        if not _anywhere(action, grants):
            lacking.setdefault(action, []).append("what is done beside changes")
    if lacking and unread:
        name, why = next(iter(unread.items()))
        return check(State.UNKNOWN, f"what the applier may do in {name} is not known: {why.reason}", update)
    doubts = [grant.doubt for grant in grants if grant.doubt]
    if doubts and (lacking or all(grant.doubt for grant in grants)):
        return check(State.UNKNOWN, f"what the applier may do is not known: {doubts[0]}", update)
    kinds = list(dict.fromkeys(kind for named in lacking.values() for kind in named))
    if len([kind for kind in kinds if kind in set(ChangeKind)]) == len(ChangeKind):
        return check(State.ERROR, "the applier can make no change anywhere", update, lacking)
    if lacking:
        text = f"nowhere may the applier {_some(kinds)}"
        return check(State.WARNING, text, f"right where such changes are not wanted; else {update}", lacking)
    return check(State.OK, "for every kind of change the applier has its actions somewhere")


def _same(one: Identity, other: Identity) -> bool:
    return bool(one.principal and one.principal == other.principal) or bool(
        one.application and one.application == other.application
    )


def _missing(wanted: Sequence[str], scope: ResourceId, grants: Sequence[Grant]) -> tuple[list[str], str]:
    """The actions that no grant gives, and a doubt about those that only doubtful ones give."""
    missing, doubt = [], ""
    for action in wanted:
        giving = [grant for grant in grants if grant.gives(action, scope)]
        if not giving:
            missing.append(action)
        elif all(grant.doubt for grant in giving):
            doubt = giving[0].doubt
    return missing, doubt


def _anywhere(action: str, grants: Sequence[Grant]) -> bool:
    return any(grant.gives(action, _scope(grant)) for grant in grants)


def _scope(grant: Grant) -> ResourceId:
    return ResourceId(grant.scope)


def _role(which: str, setup: Setup) -> str:
    """What updates the custom role; every watched subscription stays among the scopes in which it may be assigned."""
    scopes = "".join(f" --scope /subscriptions/{one}" for one in setup.subscriptions)
    beside = "".join(f" --with {name}" for name in setup.beside)
    file = f"{which}.json"
    return (
        f"remediator permissions --{which} --json{beside}{scopes} > {file}; "
        f"az role definition update --role-definition @{file} (a role of infra/: deploy that again)"
    )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return "; ".join(names[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
