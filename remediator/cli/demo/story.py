"""The story, step by step. Each sentence with a mark is checked against the world, not against what we meant to do."""

from __future__ import annotations

import textwrap
from typing import Any

import requests

from remediator.cli import out
from remediator.cli.demo.afterwards import the_end, the_verification
from remediator.cli.demo.alert import log_alert
from remediator.cli.demo.deciding import the_decision, the_mail
from remediator.cli.demo.stage import Cast, Stage
from remediator.cli.demo.teller import Teller
from remediator.core.incident import Incident, Status
from remediator.core.pull_error import classify
from remediator.core.resource_id import ResourceId
from remediator.views import picture
from remediator.views.changes import count_sentence, shown
from remediator.views.document import plan_document
from remediator.views.plain import plain
from remediator.views.wording import decisive_path, foresight_lines, ruling_sentence

APP = "Microsoft.App/containerApps"
REGISTRY = "Microsoft.ContainerRegistry/registries"


def tell(stage: Stage, teller: Teller, *, pause: bool) -> None:
    """The whole story; raises `Misconfigured("demo-failed")` at the first sentence that is not true."""
    cast = the_estate(stage, teller)
    log_line = the_pull(stage, teller, cast)
    the_alert(stage, teller, cast, log_line)
    incident = the_path(stage, teller)
    the_plan(teller, incident)
    link = the_mail(stage, teller, incident)
    the_decision(stage, teller, incident, link, pause=pause)
    the_changes(stage, teller, incident)
    the_verification(stage, teller, incident, cast)
    the_end(stage, teller, incident)


def the_estate(stage: Stage, teller: Teller) -> Cast:
    """Azure China on loopback, with the case's estate."""
    teller.step("A small Azure China comes up on this machine, with the estate of the case")
    resources = stage.azure.estate()["resources"]
    apps = {ResourceId(one["id"]).name: ResourceId(one["id"]) for one in resources if one["type"] == APP}
    registries = {one["name"]: one["properties"] for one in resources if one["type"] == REGISTRY}
    teller.say(f"  Resource Manager   {stage.server.arm_url}   (TLS, its own authority)")
    teller.say(f"  identity endpoint  {stage.server.identity_url}")
    teller.say(f"  web app            {stage.site}")
    for name, properties in registries.items():
        access, rule = properties["publicNetworkAccess"], (properties.get("networkRuleSet") or {}).get("defaultAction")
        teller.say(f"  registry {name}: public access {access}, default action {rule or 'Allow'}")
    teller.true("the cloud is AzureChinaCloud", stage.azure.cloud == "AzureChinaCloud", stage.azure.cloud)
    teller.true("it has two container apps, album and catalog", sorted(apps) == ["album", "catalog"], sorted(apps))
    closed = registries["contosoalbum"]["publicNetworkAccess"] == "Disabled"
    teller.true("compliance has closed contosoalbum, the registry that album pulls from", closed)
    teller.keep(arm=stage.server.arm_url, cloud=stage.azure.cloud)
    return Cast(apps["album"], apps["catalog"], _about(stage, "catalog"))


def _about(stage: Stage, name: str) -> dict[str, Any]:
    """Every resource of one team, as it stands."""
    found = stage.azure.estate()["resources"]
    return {one["id"]: one for one in found if ResourceId(one["id"]).resource_group == f"rg-{name}"}


def the_pull(stage: Stage, teller: Teller, cast: Cast) -> str:
    """A real attempt fails with the case's text; gives the log line."""
    teller.step("album starts and pulls its image")
    attempt, other = stage.network.pull_app(cast.album.text), stage.network.pull_app(cast.catalog.text)
    said = classify(attempt.text)
    teller.say(*textwrap.wrap(plain(attempt.text, 2000), out.width(), initial_indent="  ", subsequent_indent="  "))
    wanted = (
        "was terminated with exit code",
        "ImagePullFailure",
        "failed to authorize: failed to fetch anonymous token",
        "403 Forbidden",
        '"Reason":"ContainerTerminated"',
    )
    teller.true("the pull fails with the text of the case", not attempt.ok and all(w in attempt.text for w in wanted))
    teller.true("the text says: the registry's firewall refused it", said.cause == "firewall_denied", said.cause)
    teller.true("catalog, from a registry that is still open, pulls", other.ok, other.text)
    teller.keep(text=attempt.text, cause=str(said.cause), confidence=str(said.confidence))
    return attempt.text


def the_alert(stage: Stage, teller: Teller, cast: Cast, log_line: str) -> None:
    """The alert goes in through the HTTP door."""
    teller.step("Azure Monitor sends its alert to POST /api/alerts")
    rid, now = cast.album, stage.runtime.clock.now()
    alert = log_alert(rid.subscription, rid.resource_group, rid.name, log_line, now)
    door, key = f"{stage.site}/api/alerts", {"x-functions-key": stage.runtime.function_key}
    with requests.Session() as session:
        session.trust_env = False
        stranger = session.post(door, json=alert, timeout=30)
        answer = session.post(door, json=alert, headers=key, timeout=30)
    teller.say("  common alert schema, log alert V2; dimension ContainerAppName = album, the log line as property")
    teller.true("without the function key the door stays shut (401)", stranger.status_code == 401, stranger.status_code)
    teller.true("with it the alert is accepted at once (202)", answer.status_code == 202, answer.status_code)
    found = answer.json()["incidents"]
    teller.true("one incident is opened", len(found) == 1, answer.text)
    teller.say(f"  incident {found[0]}")
    teller.keep(incident=found[0], status=answer.status_code)


def the_path(stage: Stage, teller: Teller) -> Incident:
    """The work loop looks: the pull path with its first broken hop."""
    teller.step("The work loop reads Azure and draws the pull path")
    for _, line in stage.journal_until(Status.AWAITING_APPROVAL):
        teller.say(f"  {line.at:%H:%M:%S}  {plain(line.what)}" + (f"  [{line.status.value}]" if line.status else ""))
    (incident,) = stage.runtime.find()
    waits = incident.status is Status.AWAITING_APPROVAL and incident.diagnosis is not None
    teller.true("the incident is diagnosed and waits for an approval", waits, incident.status.value)
    path = decisive_path(incident.diagnosis)
    if path is not None:
        teller.say("", picture.terminal(path, out.width()))
    hop = path.deciding if path else None
    broken = hop is not None and (hop.name.value, hop.rule) == ("endpoint", "private-endpoint")
    teller.true("the first broken hop is the endpoint: there is none that album can reach", broken, hop)
    teller.keep(hop=hop.name.value if hop else None, rule=hop.rule if hop else None)
    return incident


def the_plan(teller: Teller, incident: Incident) -> None:
    """The plan with foresight."""
    teller.step("The plan, and what it would do to every pull")
    found = incident.diagnosis
    if found is None:
        return
    for change in shown(found.plan):
        teller.say(f"{change.mark} {change.number}. {change.summary}")
        values = [f"{one.name} {one.words}" for one in change.fields]
        teller.say(
            *textwrap.wrap("; ".join(values), out.width() - 5, initial_indent="     ", subsequent_indent="     ")
        )
        teller.say(f"     undo: {change.undo}")
    teller.say(
        f"  {count_sentence(found.plan)}; digest {found.plan.digest[:19]}…", "", *foresight_lines(found.foresight)
    )
    teller.say(f"  Policy: {ruling_sentence(found.ruling)}")
    kinds = [change.kind.value for change in found.plan.changes]
    wanted = ["create-dns-zone", "create-private-endpoint", "create-dns-zone-group", "create-vnet-link"]
    teller.true("zone, endpoint, zone group, and the link last", kinds == wanted, kinds)
    foresight = found.foresight
    good = len(foresight.mended) == 1 and not foresight.broken and foresight.unchanged == 1
    teller.true("it mends album, breaks nothing, and leaves catalog as it is", good)
    teller.keep(plan=plan_document(found.plan))


def the_changes(stage: Stage, teller: Teller, incident: Incident) -> None:
    """Each change through the real SDKs."""
    teller.step("The changes are made with the SDKs of Azure, over TLS, under a lease")
    for _, line in stage.journal_until(Status.APPLIED):
        status = f"  [{line.status.value}]" if line.status else ""
        teller.say(f"  {line.at:%H:%M:%S}  {plain(line.what, 85 - len(status))}{status}")
    now = stage.runtime.load(incident.id)
    steps = [step.state.value for step in now.execution.steps] if now.execution else []
    teller.true("all four changes are done, each by its own write", steps == ["done"] * 4, steps)
    written = [path.rpartition("/providers/")[2] for method, path in stage.azure.writes if method == "PUT"]
    changes = incident.diagnosis.plan.changes if incident.diagnosis else ()
    planned = [change.target.text.rpartition("/providers/")[2] for change in changes]
    same = [w.lower() for w in written] == [p.lower() for p in planned]
    teller.true("Azure got exactly these four writes, once and in this order", same, written)
    teller.keep(writes=[{"method": method, "path": path} for method, path in stage.azure.writes])
