"""A plan that goes by pull request: opened, watched, merged, written, or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.code_request import Purpose
from remediator.core.desired import Decision, Way
from remediator.core.diagnosis import Focus
from remediator.core.errors import Rejected
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Status
from remediator.core.plan import Plan
from remediator.core.pull_request import Instruction, PullRequest, RequestState
from remediator.core.signal import Signal, SignalSource

from .codehost import SILENT, UNSET, CodeWorld, drafted
from .test_between_two_owners import answered, mended, taken_away
from .world import ALICE, BYSTANDER, ENDPOINT, LINK, REGISTRY, WANTED, ZONE

HOUR = 3601.0


def test_an_approved_plan_becomes_a_request() -> None:
    """A yes opens one request with the home's labels; nothing is written to Azure, and people hear its address."""
    world = CodeWorld()
    world.approved()
    (request,) = world.host.requests
    (proposal,) = world.host.proposals
    assert (world.incident.status, world.azure.writes) == (Status.AWAITING_MERGE, [])
    assert proposal.branch == f"remediator/{world.incident.id}"
    assert (proposal.labels, proposal.base) == (("remediator",), "c1")
    assert [one.message for one in proposal.commits] == ["declare it, in words"], "no text leaves without its view"
    assert any(request.url in line for line in world.told)
    told = [n for n in world.incident.outbox if n.template == "awaiting-merge"]
    assert told
    assert all(dict(n.parameters)["request"] == request.url for n in told)


def test_merged_and_written_is_verified() -> None:
    """After the merge it waits for the pipeline; once that has written, the incident is verified and resolved."""
    world = CodeWorld()
    world.approved()
    world.host.merged()
    world.later(HOUR)
    assert world.incident.status is Status.AWAITING_MERGE
    assert world.incident.pull_request.state == "merged"
    world.pipeline()
    for _ in range(6):
        world.later(HOUR)
    assert (world.incident.status, world.azure.writes) == (Status.RESOLVED, [])
    assert [step.wrote for step in world.incident.execution.steps] == [False] * 3
    assert (world.incident.pull_request.over, world.incident.wake_at) == (True, None)


def test_a_signal_of_the_pipeline_is_looked_at_at_once() -> None:
    """An event that comes after the merge is enough: nobody waits for the next look."""
    world = CodeWorld()
    incident = world.approved()
    world.host.merged()
    assert world.flow.code_moved(f"refs/heads/remediator/{incident}") == incident
    world.run()
    world.pipeline()
    world.flow.take_in(world.signal(2))
    world.run()
    assert world.incident.status is Status.RESOLVED


def test_looks_after_the_merge_grow_longer() -> None:
    """After the merge it looks after minutes first, later once an hour."""
    world = CodeWorld()
    incident = world.approved()
    world.host.merged()
    world.flow.code_moved(f"remediator/{incident}")
    world.run()
    pauses = []
    for _ in range(8):
        due = world.incident.wake_at
        pauses.append((due - world.clock.time).total_seconds())
        world.later(pauses[-1])
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (120, 3600)


def test_merged_and_never_written_calls_a_person() -> None:
    """A day after the merge a pipeline that has written nothing is a person's matter, with a code of its own."""
    world = CodeWorld()
    world.approved()
    world.host.merged()
    for _ in range(26):
        world.later(HOUR)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert world.incident.error[0] == "merged-not-written"
    assert "needs-human" in {template for template, _ in world.mail.delivered}


def test_a_pipeline_that_breaks_something_is_not_undone_by_us() -> None:
    """Where what was merged breaks a path that worked, a person is called: we wrote nothing that we could take back."""
    world = CodeWorld(hurts=LINK)
    world.approved()
    world.host.merged()
    world.later(HOUR)
    world.pipeline()
    world.later(HOUR)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "merged-and-broken")
    assert world.azure.undone == []


def test_a_drift_that_is_gone_closes_the_request() -> None:
    """Somebody has mended it by hand: the request is closed with a comment, and nothing is to be done."""
    world = CodeWorld()
    world.approved()
    world.pipeline()
    world.later(HOUR)
    assert (world.incident.status, world.host.comments) == (Status.NO_DRIFT, ["drift-gone"])
    assert world.host.requests[0].state is RequestState.CLOSED


def test_a_moved_world_voids_the_request() -> None:
    """The plan is another one by now: the request is closed, people are asked anew, and a yes opens the same one."""
    world = CodeWorld()
    world.approved()
    world.azure.live[ZONE] = {"zone": "privatelink.azurecr.cn"}
    world.later(HOUR)
    assert (world.incident.status, world.host.comments) == (Status.AWAITING_APPROVAL, ["plan-moved"])
    world.say()
    world.run()
    (request,) = world.host.requests
    assert (world.incident.status, request.state) == (Status.AWAITING_MERGE, RequestState.OPEN)
    assert world.incident.pull_request.digest == world.incident.diagnosis.plan.digest


def test_a_void_plan_that_nobody_wants_leaves_no_request() -> None:
    """A request whose plan became void stays closed when the new plan is rejected."""
    world = CodeWorld()
    world.approved()
    world.azure.live[ZONE] = {"zone": "privatelink.azurecr.cn"}
    world.later(HOUR)
    world.say(yes=False, reason="no")
    world.run()
    assert (world.incident.status, world.incident.pull_request.over) == (Status.REJECTED, True)
    assert world.host.requests[0].state is RequestState.CLOSED


def test_a_persons_no_ends_it() -> None:
    """A request that a person closed is a rejected plan; the next alert about it asks and opens nothing."""
    world = CodeWorld()
    world.approved()
    world.host.refused()
    world.later(HOUR)
    first = world.incident
    assert first.status is Status.REJECTED
    assert "closed the pull request" in first.journal[-1].what
    world.flow.take_in(world.signal(2))
    world.run()
    second = next(case.incident for case in world.store.cases.values() if case.incident.id != first.id)
    assert second.status is Status.REPORTED
    assert "a person closed the pull request of the same plan" in second.journal[-1].what
    assert len(world.host.requests) == 1


def test_a_person_who_asks_again_gets_another_request() -> None:
    """Somebody asks by hand after the no: a yes then opens another request, on a branch of its own."""
    world = CodeWorld()
    world.approved()
    world.host.refused()
    world.later(HOUR)
    first = world.store.cases.pop(world.incident.id)
    world.flow.take_in(replace(world.signal(2), source=SignalSource.MANUAL))
    world.run()
    assert world.incident.status is Status.AWAITING_APPROVAL
    world.say()
    world.run()
    assert [one.branch for one in world.host.requests] == [
        f"remediator/{first.incident.id}",
        f"remediator/{world.incident.id}",
    ]


def test_the_policy_does_not_overrule_a_closed_request() -> None:
    """Where plans need nobody, a plan whose request a person has closed needs one, however long ago that was."""
    world = CodeWorld()
    world.azure.ruling = replace(world.azure.ruling, decision=Decision.AUTO, approvals=0)
    world.start()
    assert world.incident.status is Status.AWAITING_MERGE
    world.host.refused()
    world.later(HOUR)
    first = world.incident.id
    world.clock.sleep(timedelta(days=9).total_seconds())
    world.flow.take_in(world.signal(2))
    world.run()
    second = next(case.incident for case in world.store.cases.values() if case.incident.id != first)
    assert (second.status, len(world.host.requests)) == (Status.AWAITING_APPROVAL, 1)
    assert second.diagnosis.ruling.reasons == (f"a person closed the pull request of the same plan (incident {first})",)


def test_reviews_outlive_what_does_not_concern_them() -> None:
    """A commit elsewhere does not touch the request; one to a file that it writes puts it on the newest commit."""
    world = CodeWorld()
    world.approved()
    world.host.pushed("docs/other.md", "another page\n")
    world.later(HOUR)
    assert len(world.host.proposals) == 1
    world.host.pushed("privatelink/main.bicep", "// theirs\n")
    world.later(HOUR)
    (_, again) = world.host.proposals
    assert (again.base, again.at) == ("c3", world.host.proposals[0].at)
    assert world.host.branches[again.branch][1]["privatelink/main.bicep"].startswith("// theirs\n")
    assert len(world.host.requests) == 1
    assert any("newest commit" in line for line in world.told)


def test_others_commits_on_our_branch_stay() -> None:
    """What somebody else committed to the branch is not overwritten: the request is left as it is and watched on."""
    world = CodeWorld()
    world.approved()
    world.host.touched = True
    world.host.pushed("privatelink/main.bicep", "// theirs\n")
    world.later(HOUR)
    world.later(HOUR)
    assert world.incident.status is Status.AWAITING_MERGE
    assert world.told.count("somebody else committed to this branch") == 1
    world.host.merged()
    world.later(HOUR)
    assert world.incident.pull_request.state == "merged"


def test_the_code_says_it_by_now() -> None:
    """Others have merged the same: our request is closed, and the pipeline is waited for as after our own merge."""
    world = CodeWorld()
    world.approved()
    _, files = world.host.branches[f"remediator/{world.incident.id}"]
    world.host.pushed("privatelink/main.bicep", files["privatelink/main.bicep"])
    world.later(HOUR)
    assert (world.incident.status, world.host.comments) == (Status.AWAITING_MERGE, ["said-already"])
    world.pipeline()
    world.later(HOUR)
    assert world.incident.status is Status.RESOLVED


@pytest.mark.parametrize(("way", "end"), [(Way.PULL_REQUEST, Status.NEEDS_HUMAN), (Way.BOTH, Status.RESOLVED)])
def test_code_that_says_it_already_needs_no_request(way: Way, end: Status) -> None:
    """Azure was changed by hand: a person is told to run the pipeline; beside applied changes nobody is."""
    world = CodeWorld(way=way)
    lines = "".join(f"// create {rid.name}\n" for rid in (ZONE, ENDPOINT, LINK))
    world.host.files["privatelink/main.bicep"] = lines
    world.approved()
    world.later(60)
    assert (world.incident.status, world.host.requests, world.incident.wake_at) == (end, [], None)
    told = {template for template, _ in world.mail.delivered} - {"approval", "resolved"}
    assert told == ({"needs-human"} if end is Status.NEEDS_HUMAN else set())
    assert any("the code says all of" in line for line in world.told)


def test_others_with_the_same_cause_do_not_wait_for_the_merge() -> None:
    """An app that the same cause breaks joins at once, however long the request waits, and its paths are looked at."""
    world = CodeWorld()
    world.approved()
    world.azure.bystander = False
    real = world.azure.diagnose

    def diagnose(desired, snapshot, focus, said=None):
        found = real(desired, snapshot, Focus())
        keys = tuple(path.key for path in found.paths)
        return replace(found, findings=tuple(replace(one, paths=keys) for one in found.findings))

    world.azure.diagnose = diagnose
    world.flow = world.flow_with(lambda port: port)
    first = world.incident.id
    second = world.flow.take_in(Signal(SignalSource.ALERT, "s2", subject=BYSTANDER)).incident
    world.run()
    joined = world.store.cases[second].incident
    assert (joined.status, joined.joined_to) == (Status.JOINED, first)
    world.later(HOUR)
    leader = world.store.cases[first].incident
    assert (leader.status, leader.signal_count) == (Status.AWAITING_MERGE, 2)


def test_too_many_open_requests_wait() -> None:
    """Beyond maxOpen the incident waits and says so, without an end, and goes on when one is merged."""
    world = CodeWorld()
    for name in ("one", "two"):
        world.host.requests.append(_open(len(world.host.requests) + 1, f"remediator/{name}"))
    world.approved()
    for _ in range(20):
        world.later(HOUR)
    assert world.incident.status is Status.APPROVED
    assert any("maxOpen allows 2" in line for line in world.told)
    world.host.requests[0] = replace(world.host.requests[0], state=RequestState.MERGED)
    world.later(HOUR)
    assert world.incident.status is Status.AWAITING_MERGE


def test_an_instruction_calls_a_person() -> None:
    """Where nothing can be written with certainty, a person is called with the code, the reason and what to write."""
    said = Instruction("code-not-located", "two modules declare the zone", "Declare `link` in `dns.bicep`.")
    world = CodeWorld(draft=lambda *_: said)
    world.approved()
    assert (world.incident.status, world.incident.error) == (Status.NEEDS_HUMAN, (said.code, said.reason))
    assert world.incident.pull_request.instruction == said.text
    assert (world.host.requests, world.incident.wake_at) == ([], None)


def test_a_host_that_is_down_moves_nothing() -> None:
    """A host that does not answer for hours is asked again; the request is found where it was."""
    world = CodeWorld()
    world.approved()
    world.host.broken = SILENT
    for _ in range(20):
        world.later(HOUR)
    assert world.incident.status is Status.AWAITING_MERGE
    assert sum("code-host-unavailable" in line for line in world.told) == 1
    world.host.broken = None
    world.host.merged()
    world.later(HOUR)
    assert world.incident.pull_request.state == "merged"


def test_a_refused_token_calls_an_operator() -> None:
    """A token that its host refuses will not pass: an operator is told, with the code."""
    world = CodeWorld()
    world.approved()
    world.host.broken = UNSET
    world.later(HOUR)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, UNSET.code)


def test_nothing_is_opened_while_writes_are_stopped() -> None:
    """The switch that stops every write holds for requests too."""
    world = CodeWorld()
    world.switch.reason = "somebody is looking"
    world.approved()
    assert (world.incident.status, world.host.requests) == (Status.APPROVED, [])
    world.switch.reason = None
    world.later(120)
    assert world.incident.status is Status.AWAITING_MERGE


def test_a_plan_that_moved_before_is_not_opened() -> None:
    """Between the yes and the request the estate has moved: nothing is opened, and people are asked anew."""
    world = CodeWorld()
    world.start()
    world.azure.live[ZONE] = {"zone": "privatelink.azurecr.cn"}
    world.say()
    world.run()
    assert (world.incident.status, world.host.requests) == (Status.AWAITING_APPROVAL, [])


def test_without_a_home_an_operator_is_told() -> None:
    """A registry without `code` cannot go by pull request: nobody is asked in vain."""
    world = CodeWorld()
    world.desired.state = replace(
        world.desired.state, registries=(replace(world.desired.state.registries[0], code=None),)
    )
    world.start()
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "pull-request-not-available")
    assert world.incident.request is None


def test_between_two_owners_the_code_settles_it() -> None:
    """Two owners overwrite each other: nothing is applied a third time, and a yes changes the code that owns it."""
    world = CodeWorld(way=Way.DIRECT, live={rid: after for rid, (_, after) in WANTED.items()})
    assert [mended(world, number).status for number in (1, 2)] == [Status.RESOLVED] * 2
    writes = len(world.azure.writes)
    asked = taken_away(world, 3)
    assert (asked.status, asked.named_way) == (Status.AWAITING_APPROVAL, Way.PULL_REQUEST)
    assert world.flow.choices(asked) == (Way.PULL_REQUEST,)
    answered(world, asked)
    after = world.store.cases[asked.id].incident
    assert (after.status, len(world.azure.writes)) == (Status.AWAITING_MERGE, writes)
    assert any("changed it back" in line.what for line in after.journal)


def test_an_approver_may_choose_a_request() -> None:
    """Where the policy applies directly, whoever approves may have a request instead, and nothing bolder elsewhere."""
    world = CodeWorld(way=Way.DIRECT)
    world.start()
    assert world.flow.choices(world.incident) == (Way.DIRECT, Way.PULL_REQUEST, Way.BOTH)
    world.say(way="pull-request")
    world.run()
    assert (world.incident.status, world.azure.writes) == (Status.AWAITING_MERGE, [])
    careful = CodeWorld()
    careful.start()
    with pytest.raises(Rejected, match="not offered") as refused:
        careful.say(way="direct")
    assert refused.value.code == "way-not-offered"


def test_the_code_follows_what_was_applied() -> None:
    """Apply now and open the pull request: the network is mended first, the request is opened and followed after it."""
    world = CodeWorld(way=Way.BOTH)
    world.approved()
    world.later(60)
    assert (world.incident.status, world.azure.mended) == (Status.RESOLVED, True)
    assert len(world.host.requests) == 1
    assert world.incident.pull_request.purpose is Purpose.BESIDE
    assert world.incident.wake_at is not None
    assert "request-opened" in {template for template, _ in world.mail.delivered}
    world.host.merged()
    world.later(HOUR)
    assert (world.incident.pull_request.state, world.incident.wake_at) == ("merged", None)
    assert world.incident.status is Status.RESOLVED


def test_trouble_with_the_request_never_holds_up_the_mending() -> None:
    """The host is down: the network is mended and resolved all the same, and the request is opened when it is back."""
    world = CodeWorld(way=Way.BOTH)
    world.host.broken = SILENT
    world.approved()
    world.later(60)
    assert (world.incident.status, world.azure.mended) == (Status.RESOLVED, True)
    for _ in range(5):
        world.later(HOUR)
    world.host.broken = None
    world.later(HOUR)
    assert len(world.host.requests) == 1


@pytest.mark.parametrize("trouble", ["instruction", "token"])
def test_a_request_that_comes_to_nothing_is_told(trouble: str) -> None:
    """A request that cannot be opened is given up and told; what was mended stays resolved."""
    said = Instruction("code-not-located", "two modules declare the zone", "Declare it.")
    world = CodeWorld(way=Way.BOTH, draft=(lambda *_: said) if trouble == "instruction" else drafted)
    world.host.broken = UNSET if trouble == "token" else None
    world.approved()
    world.later(60)
    assert (world.incident.status, world.incident.error) == (Status.RESOLVED, None)
    assert (world.incident.pull_request.state, world.incident.wake_at) == ("failed", None)
    assert "request-trouble" in {template for template, _ in world.mail.delivered}


def test_closed_beside_is_told_and_not_opened_again() -> None:
    """A person closes the request that followed the mending: people hear what that means, and it stays closed."""
    world = CodeWorld(way=Way.BOTH)
    world.approved()
    world.later(60)
    world.host.refused()
    for _ in range(3):
        world.later(HOUR)
    assert (len(world.host.requests), world.incident.pull_request.over) == (1, True)
    assert "request-closed" in {template for template, _ in world.mail.delivered}
    assert world.incident.status is Status.RESOLVED


def test_what_was_taken_back_has_no_request() -> None:
    """Changes that hurt somebody are undone, and the code does not follow them."""
    world = CodeWorld(way=Way.BOTH, hurts=LINK)
    world.approved()
    world.later(60)
    assert (world.incident.status, world.host.requests) == (Status.ROLLED_BACK, [])
    assert world.incident.wake_at is None


def _drifting(world: CodeWorld) -> CodeWorld:
    """The one change is a switch of the registry that differs from the document."""
    change = Change(
        ChangeKind.UPDATE_REGISTRY,
        REGISTRY,
        "Set publicNetworkAccess of acrone from Enabled to Disabled",
        {"publicNetworkAccess": "Enabled"},
        {"publicNetworkAccess": "Disabled"},
        "public-network-access",
    )
    finding = Finding("public-network-access", REGISTRY, Severity.DRIFT, "it is open", remedy=(change,))
    real = world.azure.diagnose

    def diagnose(desired, snapshot, focus, said=None):
        found = real(desired, snapshot, focus, said)
        closed = world.azure.live.get(REGISTRY) == change.after
        same = desired.registries[0].public_network_access == "Enabled" or closed
        findings, plan = ((), Plan(())) if same else ((finding,), Plan((change,)))
        return replace(found, findings=findings, plan=plan, ruling=world.azure.ruling if plan else None)

    world.azure.diagnose = diagnose
    world.azure.live[REGISTRY] = change.before
    world.flow = world.flow_with(lambda port: port)
    return world


def test_this_was_intended() -> None:
    """The live value is proposed as the new desired state; once the document says so, there is nothing to do."""
    world = _drifting(CodeWorld(way=Way.DIRECT))
    world.start()
    assert Way.INTENDED in world.flow.choices(world.incident)
    world.say(way="intended", reason="the fair is on")
    world.run()
    assert (world.incident.status, world.azure.writes) == (Status.AWAITING_MERGE, [])
    assert world.host.proposals[0].commits[0].files[0].path == "state/desired.yaml"
    world.host.merged()
    world.later(HOUR)
    assert world.incident.status is Status.AWAITING_MERGE
    entry = replace(world.desired.state.registries[0], public_network_access="Enabled")
    world.desired.state = replace(world.desired.state, registries=(entry,))
    world.later(HOUR)
    assert (world.incident.status, world.incident.journal[-1].what) == (
        Status.NO_DRIFT,
        "the desired state says so now",
    )
    assert world.azure.live[REGISTRY] == {"publicNetworkAccess": "Enabled"}


def test_who_caused_it_cannot_say_that_it_was_intended() -> None:
    """ "This was intended" needs another person than the one who caused the drift, like every yes."""
    world = _drifting(CodeWorld(way=Way.DIRECT))
    world.flow.take_in(world.signal(actor=ALICE.id))
    world.run()
    with pytest.raises(Rejected) as refused:
        world.say(way="intended")
    assert refused.value.code == "approver-is-requester"


def test_merged_and_not_declared_calls_a_person() -> None:
    """A day after its merge the program still reads the old document: a person is told which one to deploy."""
    world = _drifting(CodeWorld(way=Way.DIRECT))
    world.start()
    world.say(way="intended")
    world.run()
    world.host.merged()
    for _ in range(26):
        world.later(HOUR)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "merged-not-declared")


def test_a_broken_path_is_never_meant() -> None:
    """Nobody can say of a broken pull that it was intended."""
    world = CodeWorld(way=Way.DIRECT)
    world.start()
    with pytest.raises(Rejected) as refused:
        world.say(way="intended")
    assert refused.value.code == "way-not-offered"


def test_only_branches_of_ours_wake_anybody() -> None:
    """A webhook about another branch, an unknown incident or one without a request changes nothing."""
    world = CodeWorld(way=Way.DIRECT)
    incident = world.start()
    saves = len(world.store.saves)
    for branch in ("main", "remediator/nobody", "remediator/../x", "remediator/a b", f"remediator/{incident}"):
        assert world.flow.code_moved(branch) is None
    assert len(world.store.saves) == saves


def test_a_closed_request_met_while_opening() -> None:
    """Somebody closes the request while a killed run is on its way to it: that is a no, and nothing is opened."""
    world = CodeWorld()
    real = world.host.propose

    def closed(*asked: object) -> PullRequest:
        real(*asked)
        world.host.refused()
        return real(*asked)

    world.host.propose = closed
    world.approved()
    assert (world.incident.status, len(world.host.requests)) == (Status.REJECTED, 1)
    assert world.incident.pull_request.state == "closed"


def _open(number: int, branch: str) -> PullRequest:
    return PullRequest(number, f"https://github.com/contoso/network/pull/{number}", branch)
