"""The process ends between any two calls of store, Azure, queue, channel and code host: one branch, one request.

The real flow, store and writers of code over the sandbox; the code host is a repository in memory, whose people merge
and whose pipeline deploys what was merged. The hosts' own adapters are cut off in `contracts/test_code_hosts_cut.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from remediator.codebase.desired_edit import intend
from remediator.codebase.draft import draft
from remediator.core.code_home import CodeHome
from remediator.core.desired import DesiredState, RegistryIntent, Way
from remediator.core.incident import Status
from remediator.core.journal_check import check
from remediator.core.pull_request import RequestState
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.flow.advance import Flow
from remediator.flow.code_side import CodeSide
from remediator.ports import Rows
from remediator.sandbox import Azure, Network, estates
from remediator.views.request_body import RequestTexts
from tests.codebase.bicep_deployment import deploy
from tests.doubles import HandClock
from tests.faults.machine import FixedDesired, Machine
from tests.faults.seams import Fuse, Seam
from tests.faults.stories import on_file, some
from tests.flow.codehost import HOME, Host


class SeamHost:
    """`CodeHost` with each call at a seam."""

    def __init__(self, host: Host, seam: Seam) -> None:
        self._host, self._seam = host, seam

    def __getattr__(self, name: str) -> Callable[..., Any]:
        made = getattr(self._host, name)
        return lambda *asked: self._seam(f"host {name}", lambda: made(*asked))


@dataclass
class CodeMachine(Machine):
    """A machine whose registry's code has a home."""

    host: Host = field(default_factory=Host)
    deployed: bool = False

    def process(self, seam: Seam) -> Flow:
        """As `Machine.process`, with a code host."""

        def host_of(home: CodeHome) -> Any:
            return SeamHost(self.host, seam)

        side = CodeSide(host_of, draft, intend, RequestTexts("https://remediator.contoso.example"))
        return replace(super().process(seam), code=side)

    def round(self, flow: Flow, number: int) -> None:
        """A minute, in which people merge what is open, its host tells of it, and the pipeline runs."""
        super().round(flow, number)
        for request in self.host.requests:
            if request.state is RequestState.OPEN:
                self.host.merged(self.host.requests.index(request))
                flow.code_moved(request.branch)
            elif request.state is RequestState.MERGED and not self.deployed:
                files = {path: text for path, text in self.host.files.items() if path.endswith(".bicep")}
                (folder,) = {path.rpartition("/")[0] for path in files}
                deploy(files, folder, self.azure)
                self.deployed = True


def machine(opened: Callable[[], Rows], way: Way) -> CodeMachine:
    """The first incident, told of once."""
    azure = Azure.from_estate(estates.load("first-incident"), retry_after=0)
    registry = next(r["id"] for r in azure.estate()["resources"] if r["name"] == "contosoalbum")
    signal = Signal(SignalSource.ALERT, "s1", subject=ResourceId(registry))
    entry = RegistryIntent(way=way, code=HOME)
    desired = FixedDesired(DesiredState(declared=True, registries=(entry,)))
    return CodeMachine(azure, opened, [(0, signal)], clock=HandClock(datetime.now(UTC)), desired=desired)


@pytest.mark.parametrize("way", [Way.PULL_REQUEST, Way.BOTH])
def test_killed_before_any_call(way: Way, tmp_path: Path) -> None:
    """Wherever it is killed: one branch, one request, merged and followed to its end, and a pull that works."""
    whole, seam = machine(on_file(tmp_path / "whole"), way), Seam()
    whole.live(seam)
    assert sum(name.startswith("host ") for name in seam.calls) >= 4
    near = [at for at, name in enumerate(seam.calls) if name.startswith("host ")]
    around = [*near, *(at + 1 for at in near)]
    places = sorted({*some(len(seam.calls), 60), *(around[index] for index in some(len(around), 3))})
    for at in places:
        place = machine(on_file(tmp_path / str(at)), way)
        fuse = Fuse(at)
        place.live(fuse)
        (incident,) = place.incidents()
        told = f"killed before call {at}, {fuse.calls[at]}: {[line.what for line in incident.journal]}"
        assert incident.status is Status.RESOLVED, told
        assert incident.pull_request is not None, told
        assert (incident.pull_request.state, incident.pull_request.over) == ("merged", True), told
        assert [request.branch for request in place.host.requests] == [f"remediator/{incident.id}"], told
        assert set(place.host.branches) == {f"remediator/{incident.id}"}, told
        assert len({proposal.commits for proposal in place.host.proposals}) == 1, told
        assert check(incident).problem == "", told
        app = next(r["id"] for r in place.azure.estate()["resources"] if r["id"].endswith("/album"))
        assert Network(place.azure).pull_app(app).ok, told
