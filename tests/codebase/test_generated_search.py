"""Plans for estates of any shape with several faults, as code: always the same and whole, and doing what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from remediator.codebase.draft import draft
from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import Language
from remediator.core.diagnosis import diagnose
from remediator.core.errors import Misconfigured, Stale
from remediator.core.plan import Plan
from remediator.core.pull_request import Draft, Instruction, Task, Tree
from tests.codebase.bicep_deployment import deploy
from tests.codebase.drafting import files_after, home
from tests.codebase.oracles import flaws, formatted_otherwise, formatter
from tests.core.diagnosing import snapshot_of
from tests.scenarios.sandboxed import Sandboxed
from tests.search.choosing import shapes
from tests.search.effort import search
from tests.search.shape import IslandShape, RegistryShape, Shape
from tests.search.trouble import Faults, troubled

# What people do before the merge, of what the notes ask of them; the rest they do after the deployment.
BEFORE = (
    ChangeKind.UPGRADE_SKU,
    ChangeKind.DELETE_PEERING,
    ChangeKind.DELETE_ENDPOINT,
    ChangeKind.UPDATE_PEERING,
    ChangeKind.APPROVE_CONNECTION,
)
# Faults that a plan often mends with more than the registry's own switches.
MENDED = (
    "answers_alone",
    "connection_disconnected",
    "data_record_missing",
    "endpoint_deleted",
    "link_leads_elsewhere",
    "link_removed",
    "peering_cut_on_one_side",
    "peering_disconnected",
    "peering_missing",
    "records_kept_by_hand",
    "records_never_written",
    "region_zone_answers_alone",
    "registry_made_again",
    "second_writer",
    "zone_deleted",
    "zones_compete",
)
to_be_mended = st.tuples(
    shapes, st.lists(st.tuples(st.sampled_from(MENDED), st.integers(0, 41)), min_size=1, max_size=3)
)


# The zone group of a dead endpoint is all that shows a policy.
POLICY_OF_THE_DEAD = (
    Shape(
        registries=(RegistryShape(by_policy=True),),
        islands=(IslandShape(zone_home="dns"),),
        noise=("zone_that_nobody_links",),
    ),
    [("connection_disconnected", 0), ("link_leads_elsewhere", 0)],
)


@search(15)
@example(POLICY_OF_THE_DEAD)
@given(to_be_mended)
def test_code_is_always_the_same_and_whole(trouble: tuple[Shape, Faults]) -> None:
    """In both languages: the same bytes twice, files that parse after each commit, and again nothing to write."""
    land = troubled(*trouble)
    live = snapshot_of(land.builder)
    task = Task(diagnose(land.desired, live).plan, live, land.desired)
    for language in Language:
        first = draft(task, Tree("c0ffee"), home(language))
        assert draft(task, Tree("c0ffee"), home(language)) == first
        if isinstance(first, Instruction):
            assert first.code == "code-not-safe"
            continue
        for upto in range(1, len(first.commits) + 1):
            files = files_after(Tree(""), first, upto)
            assert [path for path, text in files.items() if flaws(text, f".{path.rpartition('.')[2]}")] == []
        again = draft(task, Tree("c0ffee", files_after(Tree(""), first)), home(language))
        assert isinstance(again, Draft)
        assert again.commits == ()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HashiCorp's formatter."""
    return formatter(tmp_path_factory.mktemp("hcl"))


@search(10)
@given(trouble=to_be_mended)
def test_hashicorp_formats_it_the_same(
    program: Path, tmp_path_factory: pytest.TempPathFactory, trouble: tuple[Shape, Faults]
) -> None:
    """HashiCorp's own formatter has nothing to do in the Terraform of any plan."""
    land = troubled(*trouble)
    live = snapshot_of(land.builder)
    task = Task(diagnose(land.desired, live).plan, live, land.desired)
    drafted = draft(task, Tree("c0ffee"), home(Language.TERRAFORM))
    if isinstance(drafted, Draft):
        folder = tmp_path_factory.mktemp("tf")
        written = []
        for number, text in enumerate(files_after(Tree(""), drafted).values()):
            written.append(folder / f"{number}.tf")
            written[-1].write_text(text)
        assert formatted_otherwise(program, written) == []


@search(8)
@given(to_be_mended)
def test_deployed_code_does_what_the_plan_does(trouble: tuple[Shape, Faults]) -> None:
    """Deployed beside what the notes leave to people, Bicep mends what a direct application mends."""
    land = troubled(*trouble)
    document = land.builder.document()
    direct, coded = Sandboxed.of(document), Sandboxed.of(document)
    plan = direct.diagnose(land.desired).plan
    drafted = draft(Task(plan, direct.observer.observe(), land.desired), Tree("c0ffee"), home())
    if not plan or isinstance(drafted, Instruction):
        return
    try:
        direct.apply(plan)
    except (Misconfigured, Stale):
        return  # what Azure refuses it refuses in code, too; and a plan may stand in its own way
    left = [change for change in plan.changes if any(note.startswith(change.summary) for note in drafted.notes)]
    coded.apply(Plan(tuple(change for change in left if change.kind in BEFORE)))
    files = files_after(Tree(""), drafted)
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        deploy(files, folder, coded.azure)
    coded.apply(Plan(tuple(change for change in left if change.kind not in BEFORE)))
    one, other = direct.diagnose(land.desired), coded.diagnose(land.desired)
    assert [(path.key, path.verdict) for path in one.paths] == [(path.key, path.verdict) for path in other.paths]
    assert [_said(change) for change in one.plan.changes] == [_said(change) for change in other.plan.changes]


def _said(change: Change) -> tuple[str, str]:
    return change.kind.value, change.target.key
