"""The end of the story: does the pull work, seen from inside, and is the case closed?"""

from __future__ import annotations

import ipaddress

from remediator.cli import out
from remediator.cli.demo.stage import Cast, Stage
from remediator.cli.demo.teller import Teller
from remediator.core.diagnosis import Focus, diagnose
from remediator.core.incident import Incident, Status
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.verification import Proof
from remediator.views import journal
from remediator.views.plain import plain
from remediator.views.wording import HOPS, MARKS, PROOFS


def the_verification(stage: Stage, teller: Teller, incident: Incident, cast: Cast) -> None:
    """The name resolves to the private address from inside, the pull works, and nobody else was touched."""
    teller.step("Verification: the same diagnosis again, and a look from inside the environment")
    for _, line in stage.journal_until(Status.RESOLVED):
        teller.say(f"  {line.at:%H:%M:%S}  {plain(line.what)}" + (f"  [{line.status.value}]" if line.status else ""))
    now = stage.runtime.load(incident.id)
    fresh = diagnose(stage.runtime.desired(), stage.runtime.observer.observe(), Focus(consumer=cast.album))
    for hop in (hop for path in fresh.paths for hop in path.hops):
        words = plain(hop.detail, 78)
        teller.say(f"  {MARKS[hop.verdict]} {HOPS[hop.name].ljust(12)} {words}")
    whole = not fresh.findings and [path.verdict for path in fresh.paths] == [Verdict.OK]
    teller.true("every hop of the path is whole, and nothing is left to change", whole and not fresh.plan)
    probe = now.verification.probes[0] if now.verification and now.verification.probes else None
    teller.true("somebody looked from inside the environment", probe is not None)
    _resolution(stage, teller, cast.album)
    attempt, other = stage.network.pull_app(cast.album.text), stage.network.pull_app(cast.catalog.text)
    teller.say(f"  {plain(attempt.text, 96)}")
    teller.true("album pulls its image", attempt.ok, attempt.text)
    teller.true("catalog still pulls", other.ok, other.text)
    after = {rid: stage.azure.resource(rid) for rid in cast.untouched}
    teller.true("and nothing of catalog's was touched", after == cast.untouched)
    proof = now.verification.proof if now.verification else None
    teller.true(f"the verdict rests on a pull: {PROOFS[Proof.PULL]}", proof is Proof.PULL, proof)
    teller.keep(addresses=list(probe.addresses) if probe else [], proof=str(proof))


def _resolution(stage: Stage, teller: Teller, album: ResourceId) -> None:
    app = stage.azure.resource(album.text) or {}
    environment = stage.azure.resource(str(app["properties"]["environmentId"])) or {}
    subnet = ResourceId(environment["properties"]["vnetConfiguration"]["infrastructureSubnetId"])
    network = subnet.parent
    host = str(app["properties"]["configuration"]["registries"][0]["server"])
    found = stage.network.resolve(network.text if network else "", host)
    private = bool(found.addresses) and all(ipaddress.ip_address(one).is_private for one in found.addresses)
    addresses = ", ".join(found.addresses)
    teller.true(f"inside the network {host} is {addresses}, a private address", private and found.private, addresses)


def the_end(stage: Stage, teller: Teller, incident: Incident) -> None:
    """The journal closes."""
    teller.step("The journal closes")
    now = stage.runtime.load(incident.id)
    teller.say(journal.terminal(now, out.width()))
    mail = stage.postbox.mail(2, timeout=60)
    teller.true("a second mail tells the night shift", mail is not None and "Resolved" in str(mail["Subject"]))
    teller.true("the incident is RESOLVED", now.status is Status.RESOLVED, now.status.value)
    teller.keep(status=now.status.value)
    teller.say("", f"RESOLVED in {teller.seconds:.1f} s. Nothing was played, and nothing is left behind.")
