"""An incident in which every stored dataclass and every field occurs; the golden files are made from it.

`python -m tests.codec.example_incident`, from the repository's root, writes the golden files of the present
version: do that when the version is raised, and never rewrite the file of a version that has been released.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from remediator.codec import VERSION, encode_incident, encode_signal
from remediator.core.actor import Actor, ActorKind
from remediator.core.approval import Approval, ApprovalLink, ApprovalRequest
from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.core.blast import Touched
from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import CodeHome, CodeHostKind, Language, Style
from remediator.core.code_request import CodeRequest, Purpose
from remediator.core.desired import Decision, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.execution import Execution, Step, StepState
from remediator.core.finding import Finding, Severity
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident, JournalLine, Notice, Status
from remediator.core.opening import Opening
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.probe import AskedName, Check, Layer, ProbeRun
from remediator.core.pull_error import Confidence
from remediator.core.pull_log import LogLine
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.pull_request import PullRequest, RequestState
from remediator.core.pull_sign import Cause
from remediator.core.resource_id import resource_id
from remediator.core.restart import Restart
from remediator.core.signal import Signal, SignalSource
from remediator.core.testimony import Stand, Testimony
from remediator.core.verification import Outcome, ProbeResult, Proof, Verification

DATA = Path(__file__).parents[1] / "data" / "codec"
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
START = datetime(2026, 3, 1, 2, 3, 4, 567000, tzinfo=UTC)
REGISTRY = resource_id(SUBSCRIPTION, "rg-Shop", "Microsoft.ContainerRegistry/registries", "shopRegistry")
APP = resource_id(SUBSCRIPTION, "rg-Shop", "Microsoft.App/containerApps", "checkout")
LINK = resource_id(
    SUBSCRIPTION, "rg-dns", "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "privatelink.azurecr.cn", "hub"
)
NETWORK = resource_id(SUBSCRIPTION, "rg-net", "Microsoft.Network/virtualNetworks", "vnet-apps")

SIGNAL = Signal(
    source=SignalSource.EVENT_GRID,
    id="event-1",
    at=START,
    subject=REGISTRY,
    registry_host="shopregistry.azurecr.cn",
    app="checkout",
    environment="env-shop",
    operation="Microsoft.ContainerRegistry/registries/write",
    text="403 Forbidden – 拒绝访问",
    actor="22222222-2222-2222-2222-222222222222",
    actor_kind=ActorKind.PERSON,
    correlation="corr-1",
    requested_way="report",
    since=START - timedelta(minutes=10),
    workspace=resource_id(SUBSCRIPTION, "rg-logs", "Microsoft.OperationalInsights/workspaces", "log-shop"),
    opening=Opening(REGISTRY, "203.0.113.7", 60, START),
)


def _at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def _diagnosis() -> Diagnosis:
    change = Change(
        kind=ChangeKind.CREATE_LINK,
        target=LINK,
        summary="link the zone to vnet-apps",
        before=None,
        after={"network": NETWORK.text, "resolutionPolicy": "NxDomainRedirect", "registration": False},
        rule="vnet-link",
        reason="the network's resolver does not see the zone",
    )
    paths = ((APP.key, "shopregistry.azurecr.cn"),)
    finding = Finding(
        "vnet-link",
        LINK,
        Severity.BROKEN,
        "not linked",
        ("no link to vnet-apps",),
        (change,),
        "ask the owner",
        paths,
        ((replace(change, before={"network": NETWORK.text}),),),
    )
    hop = Hop(HopName.ZONE, Verdict.BROKEN, "no link", "vnet-link")
    path = PullPath(
        APP, "shopregistry.azurecr.cn", REGISTRY, (hop,), (("shopregistry.azurecr.cn", ("10.0.0.4", "10.0.0.5")),)
    )
    ruling = Ruling(Decision.ASK, Way.DIRECT, ("create-vnet-link needs a person",), 1)
    foresight = Foresight((path,), (path,), 3, ("vnet-build",), Touched((APP,), (NETWORK,)), (path,))
    testimony = Testimony(Cause.firewall_denied, Confidence.high, Stand.AGREES, "the firewall denies it", "the log")
    focus = Focus(REGISTRY, APP, REGISTRY, (path.key,), (REGISTRY,))
    return Diagnosis(focus, (finding,), (path,), Plan((change,)), foresight, ruling, testimony)


def _run() -> ProbeRun:
    job = resource_id(SUBSCRIPTION, "rg-Shop", "Microsoft.App/jobs", "look")
    name = AskedName("shopregistry.azurecr.cn", ("10.0.0.4",), False)
    check = Check("shopregistry.azurecr.cn", Layer.TCP, False, "timed out", ("10.0.0.4",))
    home = resource_id(SUBSCRIPTION, "rg-Shop", "Microsoft.App/managedEnvironments", "env-shop")
    return ProbeRun(home, job, (name,), "m1", _at(10), True, "look-x1", _at(11), False, (check,), "no lines")


def _request(digest: str) -> CodeRequest:
    home = CodeHome(
        CodeHostKind.AZURE_DEVOPS,
        "platform/network",
        "https://dev.azure.com/contoso",
        "trunk",
        "infra/privatelink",
        Language.TERRAFORM,
        Style.IN_PLACE,
        ("network",),
        ("team-network",),
        3,
    )
    branch = "remediator/0123456789ab-01hx"
    url = "https://dev.azure.com/contoso/platform/_git/network/pullrequest/7"
    made = PullRequest(7, url, branch, RequestState.CLOSED, "c" * 40, True)
    return CodeRequest(
        Purpose.BESIDE,
        branch,
        digest,
        _at(12),
        home,
        made,
        "b" * 40,
        "dd" * 32,
        "ee" * 32,
        _at(13),
        2,
        _at(73),
        ("code-not-located", "two modules declare the zone"),
        "Declare the link in `main.tf`.",
        True,
    )


def full_incident() -> Incident:
    """The incident; no field has its default, so that each is seen in the golden file."""
    digest = _diagnosis().plan.digest
    link = ApprovalLink("aa" * 32, "recipient-1")
    step = Step(StepState.DONE, _at(9), _at(10), "https://management.chinacloudapi.cn/op/1", True, ("busy", "again"), 2)
    probe = ProbeResult(APP.text, "shopregistry.azurecr.cn", ("10.0.0.4",), True, True, "pulled", Proof.PULL)
    return Incident(
        id="0123456789ab-01hx",
        subject=REGISTRY,
        opened_at=START,
        status=Status.APPLIED,
        updated_at=_at(11),
        wake_at=_at(15),
        registries=(REGISTRY,),
        app=APP,
        signals=(SIGNAL,),
        signal_count=21,
        way="direct",
        requester="person-1",
        diagnosis=_diagnosis(),
        request=ApprovalRequest(digest, _at(1), _at(1441), (link,), 2, "K7Q", ("locks were not read",)),
        approvals=(Approval(digest, "person-2", True, _at(5), "fine", "direct", "aa" * 32),),
        execution=Execution(
            digest,
            (step,),
            _at(9),
            ("person-2",),
            ((APP.key, "shopregistry.azurecr.cn"),),
            (_run(),),
            (Restart(APP, "checkout--0000001", _at(10), True),),
        ),
        verification=Verification(
            _at(11), Outcome.WAIT, Proof.PROBE, "the record's ttl", (probe,), 2, (Proof.MODEL, Proof.PROBE)
        ),
        outbox=(Notice("asked:1", "approval", "mail", (("link", "x"),), 2, _at(2), _at(3), True),),
        journal=(JournalLine(START, "opened", "event-grid", Status.OPEN, "bb" * 32),),
        conflicts=1,
        attempts=2,
        error=("arm-throttled", "too many requests"),
        joined_to="0123456789ab-01hw",
        tags=("night",),
        caused_by=AzureWrite(
            LINK,
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
            _at(-3),
            Actor("33333333-3333-3333-3333-333333333333", ActorKind.APPLICATION),
            "corr-0",
            WriteSource.EVENT,
        ),
        correlation="44444444-4444-4444-4444-444444444444",
        evidence=(LogLine(_at(-2), "checkout", "env-shop", "Failed to pull image"),),
        looked_at=_at(1),
        looked_count=1,
        opening=Opening(REGISTRY, "203.0.113.7", 60).begun(START),
        pull_request=_request(digest),
    )


def pretty(body: bytes) -> str:
    """A document as the golden file shows it."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (DATA / f"incident-v{VERSION}.json").write_text(pretty(encode_incident(full_incident())), encoding="utf-8")
    (DATA / f"signal-v{VERSION}.json").write_text(pretty(encode_signal(SIGNAL)), encoding="utf-8")
