"""`remediator plan`, `apply`, `incidents`, `approve`, `reject`, `stop`, `resume`, `estate export`: live, over TLS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Place
from tests.cli.running import estate_file, run


def saved_plan(place: Place, folder: Path) -> tuple[Path, str]:
    """A plan file of the first incident, and its digest."""
    path = folder / "plan.json"
    assert place.run("plan", "--registry", "contosoalbum", "--out", path).exit_code == 0
    digest: str = json.loads(path.read_text(encoding="utf-8"))["digest"]
    return path, digest


def waiting(place: Place, folder: Path) -> dict[str, Any]:
    """An incident that waits for its approval."""
    path, _ = saved_plan(place, folder)
    assert place.run("apply", path).exit_code == 1
    (incident,) = place.document("incidents", "--json")["incidents"]
    assert incident["status"] == "AWAITING_APPROVAL"
    found: dict[str, Any] = incident
    return found


def test_a_plan_is_a_document(tmp_path: Path) -> None:
    """`plan --json` on an estate file: digest, changes, foresight and ruling; 3 where there is something to change."""
    result = run("plan", "--estate", estate_file(tmp_path), "--json", "--detailed-exit-code")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["schema"], len(found["plan"]["changes"])) == (3, 1, 4)
    assert found["digest"] == found["plan"]["digest"]
    healthy = run("plan", "--estate", estate_file(tmp_path, "healthy-hub"), "--detailed-exit-code")
    assert (healthy.exit_code, "nothing to change" in healthy.stdout) == (0, True)


def test_a_saved_plan_is_applied_when_its_digest_is_named(place: Place, tmp_path: Path) -> None:
    """The plan file goes through an incident: approved by name, four writes, resolved, the pull works."""
    path, digest = saved_plan(place, tmp_path)
    result = place.run("apply", path, "--yes-digest", digest, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["status"], found["approvals"][0]["person"], place.pulls("album")) == ("RESOLVED", "lin", True)
    assert len(place.azure.writes) == 4
    assert "done: Link privatelink.azurecr.cn" in result.stderr


def test_nothing_is_applied_without_a_person(place: Place, tmp_path: Path) -> None:
    """Without a terminal and without the digest nothing is written; the hint says what a script passes."""
    path, digest = saved_plan(place, tmp_path)
    result = place.run("apply", path)
    assert (result.exit_code, place.azure.writes) == (1, [])
    assert "error[confirmation-needed]: " in result.stderr
    assert f"--yes-digest {digest}" in result.stderr


def test_another_digest_is_no_approval(place: Place, tmp_path: Path) -> None:
    """A digest that is not the plan's approves nothing."""
    path, _ = saved_plan(place, tmp_path)
    result = place.run("apply", path, "--yes-digest", "d1:other")
    assert (result.exit_code, place.azure.writes) == (1, [])
    assert "error[plan-moved]: " in result.stderr


def test_a_plan_of_yesterday_is_stale(place: Place, tmp_path: Path) -> None:
    """When a fresh diagnosis gives another plan than the file, nothing is asked and nothing is written."""
    path, digest = saved_plan(place, tmp_path)
    registry = next(r for r in place.azure.estate()["resources"] if r["name"] == "contosoalbum")
    registry["properties"] |= {"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Allow"}}
    place.azure.put(registry)
    result = place.run("apply", path, "--yes-digest", digest)
    assert (result.exit_code, place.azure.writes) == (1, [])
    assert "error[plan-moved]: applying" in result.stderr


def test_a_file_that_is_no_plan_is_refused(place: Place, tmp_path: Path) -> None:
    """An estate file, an empty plan and a missing file are clear errors."""
    other = tmp_path / "other.json"
    other.write_text('{"schema": 1}', encoding="utf-8")
    assert "error[bad-plan-file]: " in place.run("apply", other).stderr
    assert "error[file-unreadable]: " in place.run("apply", tmp_path / "none.json").stderr
    assert "error[incident-unknown]: " in place.run("apply", "nobody").stderr


def test_an_incident_is_approved_and_gone_on_with(place: Place, tmp_path: Path) -> None:
    """`approve` records one person's yes, `apply INCIDENT` goes on with it to the end."""
    incident = waiting(place, tmp_path)
    digest = place.document("incidents", "show", incident["id"], "--json")["request"]["digest"]
    result = place.run("approve", incident["id"], "--yes-digest", digest)
    assert (result.exit_code, "APPROVED" in result.stdout, place.azure.writes) == (0, True, [])
    assert place.run("apply", incident["id"]).exit_code == 0
    assert place.document("incidents", "--status", "resolved", "--json")["incidents"][0]["id"] == incident["id"]
    again = place.run("apply", incident["id"])
    assert (again.exit_code, "error[incident-ended]: " in again.stderr) == (1, True)


def test_an_incident_is_rejected_with_a_reason(place: Place, tmp_path: Path) -> None:
    """`reject` needs a reason; afterwards there is nothing to decide."""
    incident = waiting(place, tmp_path)["id"]
    assert place.run("reject", incident).exit_code == 2
    assert "error[reason-missing]: " in place.run("reject", incident, "--reason", " ").stderr
    assert "REJECTED" in place.run("reject", incident, "--reason", "not now").stdout
    assert "error[nothing-to-decide]: " in place.run("approve", incident, "--yes-digest", "d1:x").stderr


def test_who_may_not_decide_is_refused(place: Place, tmp_path: Path) -> None:
    """At the terminal the same checks hold as on the page: somebody who is no approver decides nothing."""
    place.settings["REMEDIATOR_APPROVER_USERS"] = "mira"
    incident = waiting(place, tmp_path)["id"]
    digest = place.document("incidents", "show", incident, "--json")["request"]["digest"]
    result = place.run("approve", incident, "--yes-digest", digest)
    assert (result.exit_code, "error[approver-not-allowed]: " in result.stderr) == (1, True)
    place.settings["REMEDIATOR_LOCAL_USER"] = "Mira"
    assert place.run("approve", incident, "--yes-digest", digest).exit_code == 0


def test_incidents_for_people(place: Place, tmp_path: Path) -> None:
    """The list has a line for each incident; one incident shows its path, plan and journal."""
    assert place.run("incidents").stdout == "no incidents\n"
    incident = waiting(place, tmp_path)["id"]
    assert place.run("incidents", "list").stdout.startswith(f"{incident}  AWAITING_APPROVAL")
    shown = place.run("incidents", "show", incident).stdout
    for words in ("BROKEN HERE", "+ 2. Create private endpoint", "Journal", "[AWAITING_APPROVAL]"):
        assert words in shown


def test_a_stop_is_kept_until_it_is_lifted(place: Place, tmp_path: Path) -> None:
    """`stop` needs a reason and holds every write back, `resume` lifts it once."""
    assert place.run("stop").exit_code == 2
    assert "error[reason-missing]: " in place.run("stop", " ").stderr
    assert place.run("stop", "a freeze").exit_code == 0
    assert place.run("resume").stdout == "✓ writes may go on\n"
    assert place.run("resume").stdout == "nothing was stopped\n"


def test_an_export_can_be_diagnosed(place: Place, tmp_path: Path) -> None:
    """What is exported gives the same plan as what is live, and carries no tag value or mail address."""
    app = next(r for r in place.azure.estate()["resources"] if r["id"].endswith("/containerApps/album"))
    app["tags"] = {"owner": "lin@contoso.example"}
    app["properties"]["template"]["containers"][0]["env"] = [{"name": "DB", "value": "p4ss"}]
    place.azure.put(app)
    path = tmp_path / "estate.json"
    assert place.run("estate", "export", "--out", path).exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert ("lin@" in text, "p4ss" in text, '"owner"' in text) == (False, False, True)
    offline = json.loads(run("plan", "--estate", path, "--app", "album", "--json").stdout)
    assert offline["digest"] == place.document("plan", "--app", "album", "--json")["digest"]


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    """A wrong setting is one clear error that names every variable, with 1."""
    env = {"REMEDIATOR_MODE": "cloudy", "REMEDIATOR_DATA_DIR": str(tmp_path), "REMEDIATOR_SMTP_PORT": "many"}
    result = run("incidents", env=env)
    assert result.exit_code == 1
    assert result.stderr.startswith("error[bad-setting]: reading the settings: 2 are wrong\n  REMEDIATOR_MODE: ")
