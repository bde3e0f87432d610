"""The declared state is put into the sandbox: then there is nothing left to find, and a second time changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.core.change import ChangeKind
from remediator.core.code_home import Language
from remediator.core.pull_path import Verdict
from tests.codebase.bicep_deployment import deploy
from tests.codebase.drafting import (
    CASES,
    IN_BICEP,
    IN_TERRAFORM,
    MENDABLE,
    NOT_IN_BICEP,
    by_hand,
    folder_of,
    home,
    task_of,
    written,
)
from tests.codebase.terraform_deployment import apply
from tests.core.breaks import APP, BREAKS
from tests.scenarios.sandboxed import Sandboxed


def timeless(value: Any) -> Any:
    """A document without what changes with every write."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in ("etag", "resourceGuid")}
    return [timeless(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(IN_BICEP))
def test_deployed_bicep_mends_the_estate(name: str) -> None:
    """After the folder was deployed every path that was to be mended is ok and nothing that code can say is left."""
    case = IN_BICEP[name]
    task = task_of(case.build(), case.desired)
    world = Sandboxed.of(case.build().document())
    by_hand(world, task.plan)
    drafted, files = written(task, home())
    deploy(files, folder_of(files), world.azure)
    after = world.diagnose(case.desired)
    assert {path.verdict for path in after.paths} == {Verdict.OK}
    left = {change.kind for change in after.plan.changes}
    assert left <= {ChangeKind.UPDATE_REGISTRY}
    assert bool(left) == any("once this is deployed and the pulls work" in note for note in drafted.notes)


@pytest.mark.parametrize("name", sorted(IN_TERRAFORM))
def test_applied_terraform_mends_the_estate(name: str) -> None:
    """The same in Terraform: what is there is imported, what is not is made, and nothing that code can say is left."""
    case = IN_TERRAFORM[name]
    task = task_of(case.build(), case.desired)
    world = Sandboxed.of(case.build().document())
    by_hand(world, task.plan)
    _, files = written(task, home(Language.TERRAFORM))
    apply(files, folder_of(files), world.azure)
    after = world.diagnose(case.desired)
    assert {path.verdict for path in after.paths} == {Verdict.OK}
    assert {change.kind for change in after.plan.changes} <= {ChangeKind.UPDATE_REGISTRY}


@pytest.mark.parametrize("name", sorted(IN_BICEP))
def test_deploying_once_more_changes_nothing(name: str) -> None:
    """A folder that was deployed is the state of Azure: the same bodies stand there after a second deployment."""
    case = IN_BICEP[name]
    world = Sandboxed.of(case.build().document())
    task = task_of(case.build(), case.desired)
    by_hand(world, task.plan)
    _, files = written(task, home())
    first = deploy(files, folder_of(files), world.azure)
    before = timeless(world.azure.estate())
    assert deploy(files, folder_of(files), world.azure) == first
    assert timeless(world.azure.estate()) == before


@pytest.mark.parametrize("name", sorted(MENDABLE.keys() - NOT_IN_BICEP))
def test_code_says_what_a_direct_application_does(name: str) -> None:
    """The folder leaves the bodies that the applier leaves, in whatever order they were written."""
    case = MENDABLE[name]
    task = task_of(case.build(), case.desired)
    direct, coded = (Sandboxed.of(case.build().document()) for _ in range(2))
    direct.apply(task.plan)
    by_hand(coded, task.plan)
    _, files = written(task, home())
    deploy(files, folder_of(files), coded.azure)
    assert coded.pulls(APP) and direct.pulls(APP)
    one, other = (
        {body["id"].lower(): body for body in timeless(world.azure.estate()["resources"])} for world in (coded, direct)
    )
    assert one == other


def test_tags_of_what_was_there_before_are_kept() -> None:
    """A link that others tagged keeps its tags when the folder says its policy."""
    builder = BREAKS["hidden by a linked zone"][0]()
    link = next(body for body in builder.bodies.values() if body["type"].endswith("/virtualNetworkLinks"))
    link["tags"] = {"owner": "platform"}
    world = Sandboxed.of(builder.document())
    _, files = written(task_of(builder), home())
    deploy(files, folder_of(files), world.azure)
    now = world.azure.resource(link["id"])
    assert now is not None
    assert (now["tags"], now["properties"]["resolutionPolicy"]) == ({"owner": "platform"}, "NxDomainRedirect")


def test_the_link_is_written_last() -> None:
    """Zone, endpoint, zone group, and only then the link: nobody is led to answers that are not there."""
    world = Sandboxed.of(CASES["first-incident-china"].build().document())
    _, files = written(task_of(CASES["first-incident-china"].build()), home())
    kinds = [rid.rsplit("/", 2)[1] for rid in deploy(files, folder_of(files), world.azure)]
    assert kinds == ["privateDnsZones", "privateEndpoints", "privateDnsZoneGroups", "virtualNetworkLinks"]
