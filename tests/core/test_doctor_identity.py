"""Tokens and rights of the two identities, as the doctor judges them."""

from __future__ import annotations

import pytest

from remediator.core.change import ChangeKind
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.doctor import Identity, Role, Setup, State
from remediator.core.doctor_identity import applier_rights, identity, reader_rights, two_identities
from remediator.core.errors import Misconfigured, RemediatorError
from remediator.core.permissions import READER, applier_actions, beside_actions
from remediator.core.preflight import Grant
from remediator.core.unknown import Unknown

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{SCOPE}/resourceGroups/rg"
IDS = {Role.READER: "aaaaaaaa-0000-4000-8000-000000000001", Role.APPLIER: "bbbbbbbb-0000-4000-8000-000000000002"}
SETUP = Setup("azure", AZURE_PUBLIC, (SUBSCRIPTION, "22222222-2222-2222-2222-222222222222"), client_ids=IDS)
READS, WRITES = Identity("a", "1", "t"), Identity("b", "2", "t")
REFUSED = Misconfigured("azure-no-credential", "no managed identity answers")


@pytest.mark.parametrize(
    ("found", "state"),
    [(READS, State.OK), (REFUSED, State.ERROR), (None, State.UNKNOWN)],
    ids=["got", "refused", "not asked"],
)
def test_an_identity_is_there_when_it_gets_a_token(found: Identity | RemediatorError | None, state: State) -> None:
    """A token that was not asked for, at somebody's terminal, is unknown."""
    check = identity(Role.APPLIER, SETUP, found)
    assert (check.id, check.state) == ("applier-identity", state)
    assert ("--as-me" in check.fix) is (state is State.ERROR)
    assert check.fix or state is State.OK


@pytest.mark.parametrize(
    ("reader", "applier", "state"),
    [
        (READS, WRITES, State.OK),
        (READS, READS, State.WARNING),
        (READS, Identity("b", "2", "elsewhere"), State.ERROR),
        (READS, REFUSED, State.UNKNOWN),
        (None, None, State.UNKNOWN),
    ],
)
def test_another_identity_writes(
    reader: Identity | None, applier: Identity | RemediatorError | None, state: State
) -> None:
    """Two client ids of one and the same principal are one identity."""
    assert two_identities(SETUP, reader, applier).state is state


def test_one_client_id_for_both() -> None:
    """One identity for both is a warning in Azure, and usual on one machine."""
    assert two_identities(Setup("azure", AZURE_PUBLIC), None, None).state is State.WARNING
    assert two_identities(Setup("sandbox", AZURE_PUBLIC), READS, READS).state is State.SKIPPED


def test_the_readers_missing_actions_stand_as_lines_of_a_role() -> None:
    """Each missing action is named, with what is not known without it, and the command that updates the role."""
    gone = "Microsoft.Network/privateDnsZones/A/read"
    held = Grant(SCOPE, tuple(action for action in READER if action != gone))
    check = reader_rights(SUBSCRIPTION, SETUP, (held,))
    assert check.state is State.ERROR
    assert check.missing == (gone,)
    assert READER[gone] in check.found
    both = "".join(f" --scope /subscriptions/{one}" for one in SETUP.subscriptions)
    assert check.fix.startswith(f"remediator permissions --reader --json{both} > reader.json")


def test_rights_on_a_group_are_not_rights_on_the_subscription() -> None:
    """The reader needs its actions on the whole subscription; a role on a management group above covers it."""
    assert reader_rights(SUBSCRIPTION, SETUP, (Grant(GROUP, ("*/read",)),)).state is State.ERROR
    above = Grant("/providers/Microsoft.Management/managementGroups/mg", ("*/read",))
    assert reader_rights(SUBSCRIPTION, SETUP, (above,)).state is State.OK


def test_what_is_asked_for_besides_is_wanted_too() -> None:
    """A document with probes asks the reader for more; the fix names it."""
    setup = Setup("azure", AZURE_PUBLIC, beside=("probe",))
    check = reader_rights(SUBSCRIPTION, setup, (Grant(SCOPE, tuple(READER)),))
    assert check.state is State.ERROR
    assert check.missing == beside_actions("reader", ["probe"])
    assert "--with probe" in check.fix


@pytest.mark.parametrize("found", [Unknown("403"), (Grant("/", ("*",), doubt="a role cannot be read"),)])
def test_doubtful_rights_are_unknown(found: Unknown | tuple[Grant, ...]) -> None:
    """A grant with a doubt is no grant that the doctor says ok to, for neither of the two."""
    assert reader_rights(SUBSCRIPTION, SETUP, found).state is State.UNKNOWN
    assert applier_rights({SUBSCRIPTION: found}, SETUP).state is State.UNKNOWN


def test_the_applier_needs_its_actions_somewhere() -> None:
    """Rights on one resource group are enough; without any it is an error, and with some the rest is named."""
    assert applier_rights({SUBSCRIPTION: (Grant(GROUP, applier_actions()),)}, SETUP).state is State.OK
    nothing = applier_rights({SUBSCRIPTION: ()}, SETUP)
    assert (nothing.state, "no change anywhere" in nothing.found) == (State.ERROR, True)
    records = Grant(GROUP, applier_actions([ChangeKind.CREATE_RECORD, ChangeKind.UPDATE_RECORD]))
    some = applier_rights({SUBSCRIPTION: (records,)}, SETUP)
    assert some.state is State.WARNING
    assert "create-dns-zone" in some.found
    assert "create-dns-record" not in some.found
    assert "remediator permissions --applier" in some.fix


def test_an_action_that_only_undoing_needs_is_not_missed() -> None:
    """The way back may be barred on purpose; the preflight says so before anybody is asked."""
    less = tuple(action for action in applier_actions() if not action.endswith("/delete"))
    delete = (
        "Microsoft.Network/privateEndpoints/delete",
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/delete",
    )
    assert applier_rights({SUBSCRIPTION: (Grant(GROUP, (*less, *delete)),)}, SETUP).state is State.OK


def test_an_unread_subscription_may_hold_what_is_missing() -> None:
    """Where one subscription cannot be read, what is missing elsewhere is not called missing."""
    assert applier_rights({SUBSCRIPTION: (), "2": Unknown("403")}, SETUP).state is State.UNKNOWN
