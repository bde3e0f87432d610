"""Two identities, the least actions of each, and what is known before anybody is asked: whole stories, over TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from remediator.adapters.azure import credentials
from remediator.core.permissions import READER, applier_actions
from tests.scenarios.town import Town, links_in, subjects_in

WHO_READS, WHO_WRITES = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
PRINCIPAL = "cccccccc-0000-4000-8000-000000000003"


@dataclass
class Guarded:
    """A town whose Azure knows what each of the two identities may do, and who has signed in so far."""

    town: Town
    signed_in: list[str]

    @property
    def group(self) -> str:
        return self.town.registry("contosoalbum").partition("/providers/")[0]

    @property
    def subscription(self) -> str:
        return self.group.partition("/resourceGroups/")[0]

    def grant(self, *, less: str = "") -> None:
        """Give the applier a role with its actions, and let Azure demand exactly these."""
        actions = sorted(set(applier_actions()) - {less})
        azure = self.town.azure
        azure.permissions.update({WHO_READS: set(READER), WHO_WRITES: set(actions)})
        role = f"{self.subscription}/providers/Microsoft.Authorization/roleDefinitions/applier"
        held = {"scope": self.subscription, "principalId": PRINCIPAL, "principalType": "ServicePrincipal"}
        named = f"{self.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-apply"
        azure.put({"id": named, "properties": {"clientId": WHO_WRITES, "principalId": PRINCIPAL}})
        azure.put({"id": role, "properties": {"permissions": [{"actions": actions, "notActions": []}]}})
        assigned = f"{self.subscription}/providers/Microsoft.Authorization/roleAssignments/applier"
        azure.put({"id": assigned, "properties": {**held, "roleDefinitionId": role}})

    def lock(self, level: str) -> str:
        rid = f"{self.group}/providers/Microsoft.Authorization/locks/change-freeze"
        self.town.azure.put({"id": rid, "properties": {"level": level}})
        return rid

    def writers(self) -> set[str]:
        return {write.claims.get("appid", "platform") for write in self.town.azure.world.history.writes}


@pytest.fixture
def guarded(town: Callable[[str], Town], monkeypatch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    signed_in: list[str] = []
    real = credentials.credential

    def noting(*args: Any, client_id: str = "", **options: Any) -> Any:
        signed_in.append(client_id)
        return real(*args, client_id=client_id, **options)

    monkeypatch.setattr(credentials, "credential", noting)
    place = town("first-incident")
    place.settings |= {"REMEDIATOR_READER_CLIENT_ID": WHO_READS, "REMEDIATOR_APPLIER_CLIENT_ID": WHO_WRITES}
    yield Guarded(place, signed_in)


def test_the_applier_signs_in_after_the_yes_and_alone_writes(guarded: Guarded) -> None:
    """Diagnosis, preflight and question are the reader's; the applier's credential is made after the approval."""
    guarded.grant()
    with guarded.town.program() as program:
        incident = program.request(guarded.town.registry("contosoalbum"))
        program.settle()
        assert program.status(incident) == "AWAITING_APPROVAL"
        assert WHO_READS in guarded.signed_in
        assert WHO_WRITES not in guarded.signed_in
        (link,) = links_in(guarded.town.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        assert WHO_WRITES not in guarded.signed_in
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["verification"]["proof"]) == ("RESOLVED", "pull")
    assert guarded.signed_in.count(WHO_WRITES) == 1
    assert guarded.writers() == {WHO_WRITES, "platform"}
    assert found["request"]["remarks"] == []


def test_a_lock_is_found_before_anybody_is_asked(guarded: Guarded) -> None:
    """The lock is named, nobody is asked; once it is gone the same registry gets its question."""
    guarded.grant()
    lock = guarded.lock("ReadOnly")
    with guarded.town.program() as program:
        registry = guarded.town.registry("contosoalbum")
        held_up = program.request(registry)
        program.settle()
        found = program.incident(held_up)
        assert (found["status"], found["request"], found["error"]["code"]) == ("NEEDS_HUMAN", None, "preflight-blocked")
        assert lock in found["error"]["message"]
        assert links_in(guarded.town.postbox) == []
        assert [subject.split("] ")[1].split(":")[0] for subject in subjects_in(guarded.town.postbox)] == ["Needs you"]
        guarded.town.azure.remove(lock)
        asked = program.request(registry)
        program.settle()
        assert program.status(asked) == "AWAITING_APPROVAL"
    assert guarded.town.azure.writes == []
    assert WHO_WRITES not in guarded.signed_in


def test_a_missing_action_is_found_before_anybody_is_asked(guarded: Guarded) -> None:
    """The action that the applier's role lacks is named with its scope."""
    lacking = "Microsoft.Network/virtualNetworks/subnets/join/action"
    guarded.grant(less=lacking)
    with guarded.town.program() as program:
        incident = program.request(guarded.town.registry("contosoalbum"))
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["error"]["code"]) == ("NEEDS_HUMAN", "preflight-blocked")
    assert lacking in found["error"]["message"]
    assert "/subnets/snet-endpoints" in found["error"]["message"]
    assert guarded.town.azure.writes == []


def test_what_is_not_known_beforehand_is_in_the_question(guarded: Guarded) -> None:
    """A lock against deletion bars the way back: people are asked, and told so everywhere."""
    guarded.grant()
    lock = guarded.lock("CanNotDelete")
    with guarded.town.program() as program:
        incident = program.request(guarded.town.registry("contosoalbum"))
        program.settle()
        (remark,) = program.incident(incident)["request"]["remarks"]
        assert lock in remark
        assert "the way back is barred" in remark
        mail = guarded.town.postbox.mail(1, timeout=0)
        body = mail.get_body(("plain",)) if mail is not None else None
        assert body is not None
        assert "the way back is barred" in " ".join(str(body.get_content()).split())
        (link,) = links_in(guarded.town.postbox)
        program._sign_in("lin")
        assert "the way back is barred" in program.http.get(link).text
        assert program.decide(link, "lin", "contosoalbum") == 200
        program.settle()
        assert program.status(incident) == "RESOLVED"


def test_a_right_that_is_taken_away_after_the_yes_is_named(guarded: Guarded) -> None:
    """What the preflight could not foresee ends with a person and Azure's own words; nothing stays half done."""
    guarded.grant()
    with guarded.town.program() as program:
        incident = program.request(guarded.town.registry("contosoalbum"))
        program.settle()
        (link,) = links_in(guarded.town.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        gone = "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write"
        guarded.town.azure.permissions[WHO_WRITES] = set(applier_actions()) - {gone}
        program.settle()
        found = program.incident(incident)
    assert found["status"] == "ROLLED_BACK"
    assert gone in " ".join(line["what"] for line in found["journal"])
