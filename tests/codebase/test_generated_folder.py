"""What a folder of our own declares, before and after plans, and what it leaves to people."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from remediator.codebase.draft import draft
from remediator.codebase.generated.folder import ALL_DECLARED
from remediator.core.change import ChangeKind
from remediator.core.code_home import Language
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import diagnose
from remediator.core.plan import Plan
from remediator.core.pull_request import Draft, Task, Tree
from tests.codebase.bicep_deployment import deploy
from tests.codebase.drafting import CASES, DECLARED, MAY_APPROVE, declined, files_after, home, task_of, written
from tests.codebase.drafting import EVERY as ALL
from tests.codebase.oracles import flaws
from tests.core.breaks import BREAKS, ENDPOINT, NETWORK, REGISTRY, hub_and_spoke
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import HUB_SUB, SUB, EstateBuilder, closed_without_endpoint, healthy, rid, spoke
from tests.scenarios.sandboxed import Sandboxed

EVERY = [(name, language) for name in sorted(CASES) for language in Language]
BICEP, TERRAFORM = Language.BICEP, Language.TERRAFORM


def drafts(name: str, language: Language) -> tuple[Task, Draft, dict[str, str]] | None:
    """A case's task, draft and files; None where there is an instruction instead."""
    task = task_of(CASES[name].build(), CASES[name].desired)
    drafted = draft(task, Tree("c0ffee"), home(language))
    return (task, drafted, files_after(Tree(""), drafted)) if isinstance(drafted, Draft) else None


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_again_there_is_nothing_to_write(name: str, language: Language) -> None:
    """With the files in the repository the same plan gives no commit, and says that all is declared."""
    found = drafts(name, language)
    if found is None:
        return
    task, _, files = found
    again, _ = written(task, home(language), files)
    assert (again.commits, again.notes[-1]) == ((), ALL_DECLARED)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_order_in_which_things_were_read_does_not_matter(name: str, language: Language) -> None:
    """Estate and tree shuffled: the same bytes."""
    found = drafts(name, language)
    if found is None:
        return
    builder = CASES[name].build()
    bodies = list(builder.bodies.items())
    random.Random(7).shuffle(bodies)
    builder.bodies = dict(bodies)
    others = {"z.md": "z", "a/b.tf": "x", "privatelink/other/main.bicep": "// mine"}
    again = draft(task_of(builder, CASES[name].desired), Tree("c0ffee", others), home(language))
    assert again == found[1]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_each_commit_is_one_change_and_leaves_whole_files(name: str, language: Language) -> None:
    """A commit bears the summary of a change of the plan, in its order, and every file after it parses."""
    found = drafts(name, language)
    if found is None:
        return
    task, drafted, _ = found
    titles = [commit.message.splitlines()[0] for commit in drafted.commits]
    summaries = [change.summary for change in task.plan.changes]
    assert titles == [summary for summary in summaries if summary in titles]
    for upto in range(1, len(drafted.commits) + 1):
        files = files_after(Tree(""), drafted, upto)
        assert all(flaws(text, f".{path.rpartition('.')[2]}") == [] for path, text in files.items())
        modules = {path.rpartition("/")[2] for path in files} - {"main.bicep"}
        named = [text for path, text in files.items() if path.endswith("main.bicep")]
        assert language is TERRAFORM or all(f"'{module}'" in named[0] for module in modules)


def second_spoke(builder: EstateBuilder) -> EstateBuilder:
    """Another network beside, peered with the first, whose app pulls from the same registry."""
    network, infrastructure, _ = spoke(builder, "second", 60, group="rg-second")
    builder.peer(network, NETWORK)
    environment = builder.environment("cae-second", infrastructure, group="rg-second")
    builder.app("second", environment, f"shop.{builder.suffix}/second:1", group="rg-second")
    return builder


@pytest.mark.parametrize("language", Language)
def test_a_later_plan_extends_the_folder(language: Language) -> None:
    """What was declared stays declared when a network is added: two links then, one endpoint, one zone."""
    _, first = written(task_of(closed_without_endpoint()), home(language))
    builder = second_spoke(closed_without_endpoint())
    world = Sandboxed.of(builder.document())
    plan = world.diagnose().plan
    world.apply(
        Plan(tuple(c for c in plan.changes if not (c.kind is ChangeKind.CREATE_LINK and "second" in c.summary)))
    )
    task = Task(world.diagnose().plan, world.observer.observe(), DesiredState())
    drafted, files = written(task, home(language), first)
    assert [commit.message.splitlines()[0] for commit in drafted.commits] == [
        "Link privatelink.azurecr.cn to vnet-second"
    ]
    ids = [
        line for text in files.values() for line in text.splitlines() if "/subscriptions/" in line and line[0] in "/#"
    ]
    kinds = sorted({line.rsplit("/", 2)[1] + "/" + line.rsplit("/", 1)[1] for line in ids})
    expected = ["privateDnsZones/privatelink.azurecr.cn", "privateEndpoints/pe-shop-vnet-spoke"]
    links = ["virtualNetworkLinks/vnet-second", "virtualNetworkLinks/vnet-spoke"]
    assert [kind for kind in kinds if "Groups" not in kind] == sorted(expected + links)


@pytest.mark.parametrize("language", Language)
def test_what_is_gone_for_good_is_declared_no_more(language: Language) -> None:
    """A link that nobody needs any more leaves the folder in a commit of its own, before those of the plan."""
    builder = second_spoke(closed_without_endpoint())
    _, first = written(task_of(builder), home(language))
    assert any("vnet-second" in text for text in first.values())
    drafted, files = written(task_of(closed_without_endpoint()), home(language), first)
    assert drafted.commits[0].message == "Bring shop up to date with what stands in Azure"
    assert not any("vnet-second" in text for text in files.values())


def test_terraform_keeps_signing_in_where_its_state_may_hold_something() -> None:
    """The only link in the hub's subscription is gone for good: its provider stays, or the state could not be read."""
    case = CASES["hub-government"]
    _, first = written(task_of(case.build()), home(TERRAFORM))
    builder = case.build()
    builder.drop(next(key for key, body in builder.bodies.items() if body["type"].endswith("/privateDnsZones")))
    _, files = written(task_of(builder), home(TERRAFORM), first)
    declared = [line for text in files.values() for line in text.splitlines() if line.startswith("# /subscriptions/")]
    assert not any(HUB_SUB in line for line in declared)
    assert f'subscription_id                 = "{HUB_SUB}"' in files["privatelink/shop/providers.tf"]


@pytest.mark.parametrize("language", Language)
def test_what_vanished_and_comes_back_is_declared_already(language: Language) -> None:
    """Somebody deleted the link that the folder declares: nothing to write, deploying again is what mends."""
    _, files = written(task_of(closed_without_endpoint()), home(language))
    world = Sandboxed.of(closed_without_endpoint().document())
    world.apply(world.diagnose().plan)
    link = next(c.target for c in task_of(closed_without_endpoint()).plan.changes if c.kind is ChangeKind.CREATE_LINK)
    world.azure.remove(link.text)
    task = Task(world.diagnose().plan, world.observer.observe(), DesiredState())
    assert [change.kind for change in task.plan.changes] == [ChangeKind.CREATE_LINK]
    drafted, _ = written(task, home(language), files)
    assert (drafted.commits, drafted.notes) == ((), (ALL_DECLARED,))


@pytest.mark.parametrize("language", Language)
def test_what_was_not_read_is_not_dropped(language: Language) -> None:
    """The zone that the folder declares cannot be read any more: nothing is written."""
    _, files = written(task_of(closed_without_endpoint()), home(language))
    world = Sandboxed.of(closed_without_endpoint().document())
    world.apply(world.diagnose().plan)
    task = Task(task_of(closed_without_endpoint()).plan, world.observer.observe(), DesiredState())
    zone = next(iter(task.live.zones))
    hidden = replace(task.live, zones={}, unreadable={zone: task.live.look_up({}, zone)})
    told = declined(replace(task, live=hidden), home(language), files=files)
    assert (told.code, str(zone) in told.reason) == ("code-not-known", True)


def test_a_file_that_could_not_be_read_stops_us() -> None:
    """A file of the folder that was left out may declare anything: nothing is written."""
    told = declined(task_of(closed_without_endpoint()), home(), unread=("privatelink/shop/links-rg-app.bicep",))
    assert (told.code, "links-rg-app.bicep" in told.reason) == ("code-not-known", True)


def test_files_of_others_are_left_alone() -> None:
    """A file of somebody else is never overwritten; one beside ours stays as it is."""
    path = "privatelink/shop/main.bicep"
    told = declined(task_of(closed_without_endpoint()), home(), files={path: "targetScope = 'subscription'\n"})
    assert (told.code, path in told.reason) == ("code-not-ours", True)
    backend = {"privatelink/shop/backend.tf": 'terraform {\n  backend "azurerm" {}\n}\n'}
    drafted, files = written(task_of(closed_without_endpoint()), home(TERRAFORM), backend)
    assert backend.items() <= files.items()
    assert all(file.path not in backend for commit in drafted.commits for file in commit.files)


@pytest.mark.parametrize("language", Language)
def test_a_folder_is_in_one_language(language: Language) -> None:
    """A folder of ours in Bicep is not written in Terraform beside it, nor the other way: that were two owners."""
    (other,) = set(Language) - {language}
    _, files = written(task_of(closed_without_endpoint()), home(other))
    told = declined(task_of(closed_without_endpoint()), home(language), files=files)
    assert (told.code, "in another language" in told.reason) == ("code-not-ours", True)


def test_what_comes_back_beside_something_new_is_not_dropped_meanwhile() -> None:
    """A link vanished and a new one is planned: one commit for the new one; the other stays in the file meanwhile."""
    _, first = written(task_of(closed_without_endpoint()), home(TERRAFORM))
    world = Sandboxed.of(second_spoke(closed_without_endpoint()).document())
    plan = world.diagnose().plan
    world.apply(Plan(tuple(change for change in plan.changes if change.kind is not ChangeKind.CREATE_LINK)))
    task = Task(world.diagnose().plan, world.observer.observe(), DesiredState())
    assert [change.kind for change in task.plan.changes] == [ChangeKind.CREATE_LINK] * 2
    drafted, _ = written(task, home(TERRAFORM), first)
    titles = [commit.message.splitlines()[0] for commit in drafted.commits]
    assert titles == ["Link privatelink.azurecr.cn to vnet-second"]


def test_a_folder_at_the_root() -> None:
    """A home without a folder has the registries' folders at the root of the repository."""
    _, files = written(task_of(closed_without_endpoint()), home(folder=""))
    assert "shop/main.bicep" in files
    again, _ = written(task_of(closed_without_endpoint()), home(folder=""), files)
    assert again.commits == ()


@pytest.mark.parametrize(
    ("language", "words"),
    [(BICEP, ("publicNetworkAccess = Disabled",)), (TERRAFORM, ("public\\_network\\_access\\_enabled = false",))],
)
def test_the_registrys_own_switches_are_an_instruction(language: Language, words: tuple[str, ...]) -> None:
    """A plan that only closes the registry gives no code: the text names the setting in the language's own word."""
    builder = healthy()
    builder.get(REGISTRY)["properties"]["publicNetworkAccess"] = "Enabled"
    told = declined(task_of(builder, DECLARED), home(language))
    assert told.code == "code-not-safe"
    assert all(word in told.text for word in words)


def test_an_approval_is_an_instruction() -> None:
    """A connection is approved by its owner: the text has the command, with the id quoted."""
    told = declined(task_of(BREAKS["connection pending"][0](), MAY_APPROVE), home())
    assert told.code == "code-not-safe"
    assert f"az network private-endpoint-connection approve --id {REGISTRY}/privateEndpointConnections/" in told.text


def test_a_replaced_endpoint_takes_the_place_of_the_old_one_in_terraform() -> None:
    """The new endpoint has the old one's address in Terraform, so that the old one is destroyed first, and no guard."""
    _, first = written(task_of(BREAKS["records never written"][0]()), home(TERRAFORM))
    assert "prevent_destroy" in first["privatelink/shop/endpoint.tf"]
    drafted, files = written(task_of(BREAKS["connection disconnected"][0]()), home(TERRAFORM), first)
    text = files["privatelink/shop/endpoint.tf"]
    assert 'resource "azurerm_private_endpoint" "pe_shop" {' in text
    assert ('name                = "pe-shop-2"' in text, "prevent_destroy" in text) == (True, False)
    assert "privatelink/shop/imports.tf" not in files
    assert drafted.commits[0].message.startswith("Delete the disconnected private endpoint pe-shop")
    assert "Delete the disconnected private endpoint pe-shop: the apply destroys it" in drafted.notes[0]


def test_what_a_deployment_does_not_delete_is_a_note() -> None:
    """The Disconnected endpoint is declared nowhere: its deletion is a command for a person, before the merge."""
    drafted, files = written(task_of(BREAKS["connection disconnected"][0]()), home())
    assert f"az network private-endpoint delete --ids {ENDPOINT}" in drafted.notes[0]
    assert "pe-shop-2" in files["privatelink/shop/endpoint-rg-app.bicep"]


@pytest.mark.parametrize("language", Language)
def test_code_may_follow_what_was_applied(language: Language) -> None:
    """Applied tonight, written afterwards: what stands there by now is adopted, and deploying changes nothing."""
    plan = task_of(closed_without_endpoint()).plan
    world = Sandboxed.of(closed_without_endpoint().document())
    world.apply(plan)
    drafted, files = written(Task(plan, world.observer.observe(), DesiredState()), home(language))
    things = 4 if language is BICEP else 3  # in Terraform a zone group is part of its endpoint
    assert sum("was there before" in note for note in drafted.notes) == len(drafted.commits) == things
    if language is BICEP:
        before = world.azure.estate()
        deploy(files, "privatelink/shop", world.azure)
        tags = {body["name"]: body.get("tags") for body in world.azure.estate()["resources"]}
        assert tags == {body["name"]: body.get("tags") for body in before["resources"]}
        assert tags["pe-shop-vnet-spoke"] == {"created-by": "remediator"}
    else:
        assert files["privatelink/shop/imports.tf"].count("import {") == 3


def test_a_change_that_was_made_needs_no_deletion_any_more() -> None:
    """A peering that was deleted and made again already leaves no note that asks for its deletion."""
    plan = task_of(BREAKS["peering disconnected"][0]()).plan
    world = Sandboxed.of(BREAKS["peering disconnected"][0]().document())
    world.apply(plan)
    drafted, _ = written(Task(plan, world.observer.observe(), DesiredState()), home(TERRAFORM))
    assert not any("peering delete" in note for note in drafted.notes)
    assert len(drafted.commits) == 2


def test_names_in_terraform_do_not_change_when_others_come() -> None:
    """A second link of the same name in another zone gets another address; the first keeps its own."""
    builder = hub_and_spoke()
    for zone in [key for key, body in builder.bodies.items() if body["type"].endswith("virtualNetworkLinks")]:
        builder.drop(zone)
    _, files = written(task_of(builder), home(TERRAFORM))
    first = files["privatelink/shop/links.tf"]
    marks = first.replace('"vnet_spoke"', '"older_name"')
    _, again = written(task_of(builder), home(TERRAFORM), {**files, "privatelink/shop/links.tf": marks})
    assert '"older_name"' in again["privatelink/shop/links.tf"]


def test_what_several_registries_need_has_a_folder_of_its_own() -> None:
    """A link that five registries need belongs to none of them; no registry can be called so."""
    _, files = written(task_of(CASES["link-shared"].build()), home())
    assert {path.split("/")[1] for path in files} == {"_shared"}


def two_registries() -> EstateBuilder:
    """Two closed registries without anything private, and an app for each in one network."""
    builder = closed_without_endpoint("AzureCloud", "westeurope")
    builder.registry("store")
    environment = rid("Microsoft.App/managedEnvironments", "cae")
    builder.app("sales", environment, "store.azurecr.io/sales:1")
    return builder


def test_each_registry_has_its_folder_and_the_link_is_in_the_last() -> None:
    """Two registries in one plan: the zone where both look comes first, an endpoint in each folder, the link last."""
    drafted, files = written(task_of(two_registries()), home())
    folders = ["privatelink/_shared", "privatelink/shop", "privatelink/store"]
    assert sorted({path.rpartition("/")[0] for path in files}) == folders
    assert [path for path in files if "/zone-" in path or "/links-" in path] == [
        "privatelink/_shared/zone-rg-app.bicep",
        "privatelink/store/links-rg-app.bicep",
    ]
    assert drafted.notes[-1].endswith(f"so that links come last: {', '.join(folders)}.")
    world = Sandboxed.of(two_registries().document())
    for folder in folders:
        deploy(files, folder, world.azure)
    assert world.diagnose().findings == ()


def test_what_a_folder_declares_stays_there() -> None:
    """The zone and the link that one registry's folder declares are not declared by another plan for two."""
    _, only_shop = written(task_of(closed_without_endpoint("AzureCloud", "westeurope")), home())
    _, both = written(task_of(two_registries()), home(), only_shop)
    assert {path.split("/")[1] for path in both} == {"shop", "store"}


def test_ids_are_in_azures_own_casing() -> None:
    """Fixed segments of ids are written as Azure does, however the estate had them: imports compare them."""
    builder = BREAKS["hidden by a linked zone"][0]()
    task = task_of(builder)
    crooked = tuple(
        replace(
            c, target=type(c.target)(c.target.text.replace("resourceGroups", "resourcegroups").replace("Dns", "dns"))
        )
        for c in task.plan.changes
    )
    _, files = written(replace(task, plan=Plan(crooked)), home(TERRAFORM))
    assert "/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/" in files["privatelink/shop/imports.tf"]


def test_providers_are_of_the_cloud() -> None:
    """Each subscription has a provider, and each provider the environment of the estate's cloud."""
    for name, environment in (("first-incident-china", "china"), ("hub-government", "usgovernment")):
        _, files = written(task_of(CASES[name].build()), home(TERRAFORM))
        text = files["privatelink/shop/providers.tf"]
        assert text.count(f'environment                     = "{environment}"') == text.count('provider "azurerm"')
    assert HUB_SUB in text and SUB in text


def test_without_a_plan_there_is_nothing_to_say() -> None:
    """A healthy estate has no plan: no commit and no note."""
    drafted, _ = written(task_of(healthy()), home())
    assert (drafted.commits, drafted.notes) == ((), ())


def test_every_kind_of_change_is_said_or_left_to_a_person() -> None:
    """The cases hold every kind of change, and of each language's draft each change is a commit, or a note or text."""
    seen = set()
    for case in ALL.values():
        task = task_of(case.build(), case.desired)
        seen |= {change.kind for change in task.plan.changes}
        for language in Language:
            told = draft(task, Tree("c0ffee"), home(language))
            said = [commit.message for commit in told.commits] if isinstance(told, Draft) else []
            left = " ".join(told.notes) if isinstance(told, Draft) else told.text.replace("\\", "")
            for change in task.plan.changes:
                assert any(text.startswith(change.summary) for text in said) or change.summary in left, change
    assert seen == set(ChangeKind)


def test_diagnosis_and_plan_are_not_touched() -> None:
    """Drafting changes nothing that it was given."""
    live = snapshot_of(closed_without_endpoint())
    plan = diagnose(DesiredState(), live).plan
    draft(Task(plan, live, DesiredState()), Tree("c0ffee"), home())
    assert (live, plan.digest) == (snapshot_of(closed_without_endpoint()), plan.digest)
