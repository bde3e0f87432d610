"""The desired-state document: what it means, and how its mistakes are told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from remediator.adapters.local.desired_yaml import DesiredYaml, json_schema, parse_desired
from remediator.core.code_home import CodeHome, CodeHostKind, DocumentHome, Language, Style
from remediator.core.desired import Approvers, DesiredState, EndpointPlacement, Limits, ProbeJob, RegistryIntent, Way
from remediator.core.errors import Misconfigured, Rejected
from remediator.core.resource_id import ResourceId, resource_id

PAGE = Path(__file__).parents[3] / "docs" / "desired-state.md"
HEAD = "apiVersion: remediator/v1\nkind: DesiredState\n"
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
SUBNET = resource_id(SUBSCRIPTION, "rg-net", "Microsoft.Network/virtualNetworks/subnets", "vnet-apps", "snet-endpoints")
ZONE = resource_id(SUBSCRIPTION, "rg-dns", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.cn")


ENVIRONMENT = resource_id(SUBSCRIPTION, "rg-apps", "Microsoft.App/managedEnvironments", "cae-apps")
JOB = resource_id(SUBSCRIPTION, "rg-apps", "Microsoft.App/jobs", "look-from-inside")


def mistakes(text: str) -> dict[str, str]:
    with pytest.raises(Rejected) as caught:
        parse_desired(text)
    assert caught.value.code == "bad-desired-state"
    return caught.value.context


def only(text: str) -> tuple[str, str]:
    """The one mistake of a document whose body begins in line 3."""
    (found,) = mistakes(HEAD + text).items()
    return found


def page_example() -> str:
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_example_of_the_page() -> None:
    """The example of the documentation is understood, field by field."""
    desired = parse_desired(page_example())
    first, rest = desired.registries
    assert first == RegistryIntent(
        match="shopregistry",
        public_network_access="Disabled",
        default_action="Deny",
        ip_rules=(),
        bypass="None",
        private_path=True,
        records="zone-group",
        zone=ZONE,
        placements=(
            EndpointPlacement(SUBNET, ResourceId(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-endpoints")),
        ),
        resolution_policy="NxDomainRedirect",
        approvers=Approvers(
            ("33333333-3333-3333-3333-333333333333",),
            ("44444444-4444-4444-4444-444444444444",),
            ("Registry.Approver",),
            ("platform-oncall@contoso.example",),
        ),
        way=Way.DIRECT,
        code=CodeHome(
            CodeHostKind.GITHUB,
            "contoso/network",
            labels=("remediator", "network"),
            reviewers=("@contoso/network-owners",),
        ),
    )
    assert (rest.match, rest.way, rest.code) == ("*", Way.REPORT, None)
    document = CodeHome(
        CodeHostKind.AZURE_DEVOPS, "platform/desired-state", "https://dev.azure.com/contoso", folder="registries"
    )
    assert desired.home == DocumentHome(document, "registries/desired.yaml")
    assert desired.limits == Limits(
        frozenset({"create-dns-record", "update-dns-record", "create-vnet-link"}),
        changes_per_hour_in_subscription=30,
        approvals=2,
        allow_connection_approval_in=frozenset({"22222222-2222-2222-2222-222222222222"}),
    )
    assert desired.subscriptions == (SUBSCRIPTION,)
    assert desired.exclude[0] == "sandboxregistry"
    assert desired.probes == (ProbeJob(ENVIRONMENT, JOB),)
    assert desired.probe_in(ResourceId(ENVIRONMENT.text.upper())) == JOB
    assert desired.probe_in(JOB) is None


def test_page_explains_every_field() -> None:
    """Every field of the schema stands in a table of the documentation, and in its example."""
    schema = json_schema()
    fields = {name for part in (schema, *schema["$defs"].values()) for name in part["properties"]}
    tabled = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert tabled == fields
    assert {name for name in fields if not re.search(rf"\b{name}:", page_example())} == set()


def test_nothing_declared() -> None:
    """An entry with nothing but a name declares nothing but its private path."""
    (intent,) = parse_desired(HEAD + "registries:\n  - match: shopregistry\n").registries
    assert intent == RegistryIntent("shopregistry", None, None, None, None, True, "any")


def test_smallest_document() -> None:
    """A document without entries is declared, with the limits that stand without a document."""
    assert parse_desired(HEAD) == DesiredState(declared=True, registries=())


def test_private_path_can_be_waived() -> None:
    """An entry can say that no private path is needed."""
    (intent,) = parse_desired(HEAD + 'registries: [{match: "*", privatePath: not-required}]').registries
    assert not intent.private_path


@pytest.mark.parametrize(("word", "bypass"), [("allowed", "AzureServices"), ("denied", "None")])
def test_trusted_services(word: str, bypass: str) -> None:
    """Trusted services are written in words and become Azure's."""
    (intent,) = parse_desired(HEAD + f'registries: [{{match: "*", trustedServices: {word}}}]').registries
    assert intent.bypass == bypass


def test_address_rules() -> None:
    """Single addresses and ranges are taken as Azure writes them."""
    text = HEAD + 'registries: [{match: "*", ipRules: [203.0.113.7/32, 203.0.113.8, 198.51.100.0/24]}]'
    assert parse_desired(text).registries[0].ip_rules == ("203.0.113.7", "203.0.113.8", "198.51.100.0/24")


def test_anchors() -> None:
    """Entries may share text by YAML's own means."""
    text = "registries:\n  - &base {match: firstone, way: report}\n  - {<<: *base, match: secondone}\n"
    assert [(i.match, i.way) for i in parse_desired(HEAD + text).registries] == [
        ("firstone", Way.REPORT),
        ("secondone", Way.REPORT),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("colour: red", 3, "colour: there is no such key"),
        ("registries:\n  - match: shopregistry\n    pubicNetworkAccess: Disabled", 5, "; publicNetworkAccess?"),
        ("registries:\n  - way: direct", 4, "registries.0.match: is missing"),
        ("registries:\n  - match: a b", 4, "name (5 letters and more) or id of a registry"),
        (f"registries:\n  - match: {SUBNET}", 4, "the id of a Microsoft.Network/virtualNetworks/subnets"),
        ("registries:\n  - {match: shopregistry}\n  - {match: ShopRegistry}", 5, "in line 4 already"),
        ('registries:\n  - match: "*"\n  - match: shopregistry', 5, "never reached"),
        ('registries:\n  - match: "*"\n    ipRules:\n      - 203.0.113.0/24\n      - 203.0.113.7/24', 7, "host bits"),
        ('registries:\n  - {match: "*", ipRules: ["2001:db8::1"]}', 4, "not an IPv4 address"),
        ('registries:\n  - {match: "*", zone: privatelink.azurecr.cn}', 4, "is not the id of an Azure resource"),
        ('registries:\n  - {match: "*", endpoints: [{}]}', 4, "endpoints.0.subnet: is missing"),
        ('registries:\n  - {match: "*", notify: [oncall]}', 4, "neither a mail address nor a team"),
        ('registries:\n  - {match: "*", defaultAction: deny}', 4, "should be 'Allow' or 'Deny' ('deny' stands there)"),
        ("registries: shopregistry", 3, "registries: should be a list"),
        ("registries:\n  - shopregistry", 4, "registries.0: should be a mapping"),
        ("limits: {automatic: [create-world]}", 3, "no such change"),
        ("limits: {automatic: [update-registry]}", 3, "always needs a person"),
        ('limits:\n  maxChanges: "12"', 4, "should be a valid integer"),
        ("limits:\n  approvals: 0", 4, "greater than or equal to 1"),
        ("limits:\n  allowSkuUpgrade: yes", 4, "should be a valid boolean"),
        ("limits: {approveConnectionsFrom: [prod]}", 3, "not a subscription id"),
        ("subscriptions:\n  - ok\n", 4, "not a subscription id"),
        ("exclude: [/subscriptions/x]", 3, "is not the id"),
        ("kind: DesiredState", 3, "kind: stands here again, first in line 2"),
        ("registries:\n  - match: shopregistry\n    way: direct\n    way: report", 6, "first in line 5"),
        ("registries: [", 3, "not YAML"),
        ("a: b: c", 3, "not YAML: mapping values are not allowed here"),
        ("---\nkind: x", 3, "another document"),
        ("x: &x [*x]", 1, "not YAML"),
        ("x: !!python/object:os.system y", 3, "not YAML: could not determine a constructor"),
    ],
)
def test_one_mistake(text: str, line: int, said: str) -> None:
    """A mistake is told with its line and with what is wrong."""
    where, what = only(text)
    assert where == f"line {line}"
    assert said in what


@pytest.mark.parametrize("text", ["", "# nothing", "just words", "- 1", "null", "\x00", "apiVersion: remediator/v2"])
def test_no_document(text: str) -> None:
    """A text that is no document of ours is refused."""
    assert mistakes(text)


def test_all_mistakes_at_once() -> None:
    """Not only the first mistake is told, but all of them, two in one line as well, and the message lists them."""
    text = "kind: State\nlimits: {approvals: 0, maxDeletes: -1}\nkind: DesiredState\nregistries: [{}]\nx: 1\n"
    with pytest.raises(Rejected) as caught:
        parse_desired(text, "estate.yaml")
    context = caught.value.context
    assert set(context) == {"line 1", "line 2", "line 3", "line 4", "line 5"}
    assert "limits.maxDeletes" in context["line 2"]
    assert "limits.approvals" in context["line 2"]
    assert caught.value.message.startswith(
        "reading estate.yaml: 7 mistakes\n  line 1: apiVersion: is missing; kind: should be 'DesiredState'"
    )


def test_many_aliases_are_refused() -> None:
    """A small text that unfolds into a giant is refused in good time."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "aliases" in mistakes(HEAD + "\n".join(lines))["line 1"]


def test_without_document(tmp_path: Path) -> None:
    """Without a path, or with an optional file that is not there, the defaults stand and nothing is declared."""
    assert DesiredYaml().load() == DesiredState()
    assert DesiredYaml(tmp_path / "none.yaml", optional=True).load() == DesiredState()


def test_file_is_read_each_time(tmp_path: Path) -> None:
    """A change of the file counts from the next load on."""
    path = tmp_path / "desired.yaml"
    path.write_text(HEAD, "utf-8")
    states = DesiredYaml(path)
    assert states.load().registries == ()
    path.write_text(HEAD + "registries: [{match: shopregistry}]", "utf-8")
    assert len(states.load().registries) == 1


@pytest.mark.parametrize("name", ["none.yaml", "folder", "latin.yaml"])
def test_unreadable_file(tmp_path: Path, name: str) -> None:
    """A file that was configured and cannot be read is an operator's matter, never the same as no document."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"kind: \xe9")
    with pytest.raises(Misconfigured) as caught:
        DesiredYaml(tmp_path / name).load()
    assert caught.value.code == "desired-state-unreadable"


def test_schema_is_json() -> None:
    """The schema is plain JSON, speaks of the document's own names, and allows no others."""
    schema = json.loads(json.dumps(json_schema()))
    assert schema["required"] == ["apiVersion", "kind"]
    assert schema["additionalProperties"] is False
    assert all(field.get("description") for part in schema["$defs"].values() for field in part["properties"].values())


def test_mistakes_about_probes() -> None:
    """A probe names an environment, which has no other, and a job, both by their ids: each mistake has its line."""
    found = mistakes(
        f"""{HEAD}probes:
  - environment: {JOB}
    job: {ENVIRONMENT}
  - environment: {ENVIRONMENT}
    job: {JOB}
  - environment: {ENVIRONMENT.text.lower()}
    job: {JOB}
  - job: {JOB}
    image: mcr.microsoft.com/azure-cli
"""
    )
    assert list(found) == ["line 4", "line 5", "line 8", "line 10", "line 11"]
    assert "Microsoft.App/managedEnvironments is wanted" in found["line 4"]
    assert "Microsoft.App/jobs is wanted" in found["line 5"]
    assert "has a probe in line 6 already" in found["line 8"]
    assert "environment: is missing" in found["line 10"]
    assert "image: there is no such key" in found["line 11"]


CODE = """\
code:
  - name: network
    host: github
    repository: contoso/network
    language: bicep
"""


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        (6, "    repository: network", "owner/name"),
        (6, "    repository: contoso/..", "owner/name"),
        (6, "    repository: contoso/net?work", "owner/name"),
        (5, "    host: gitlab", "code.0.host"),
        (7, "    language: pulumi", "code.0.language"),
        (8, "    branch: refs/heads/main", "branch"),
        (8, "    branch: a..b", "branch"),
        (8, "    folder: ../other", "without .."),
        (8, "    folder: /privatelink", "from its root"),
        (8, "    url: http://git.contoso.example", "https"),
        (8, "    url: https://token@git.contoso.example", "without a name"),
        (8, "    maxOpen: 0", "maxOpen"),
        (8, "    labls: [one]", "labels?"),
    ],
)
def test_a_home_of_code_with_a_mistake(line: int, wrong: str, said: str) -> None:
    """What could not be a repository, branch, folder or host of its kind is told with its line."""
    rows = (HEAD + CODE).splitlines()
    rows[line - 1 : line] = [wrong]
    found = mistakes("\n".join(rows))
    assert list(found) == [f"line {line}"]
    assert said in found[f"line {line}"]


def test_an_organisation_is_needed() -> None:
    """Azure DevOps has no address without an organisation, and none is made up."""
    text = "home:\n  host: azure-devops\n  repository: platform/state\n  path: desired.yaml\n"
    line, said = only(text)
    assert (line, "dev.azure.com/ORGANISATION" in said) == ("line 3", True)


def test_a_registry_names_a_home() -> None:
    """A registry's `code` names an entry of `code`; a name that is not there, or is there twice, is a mistake."""
    named = HEAD + CODE + "registries:\n  - match: shopregistry\n    code: {}\n"
    assert parse_desired(named.format("network")).registries[0].code == CodeHome(
        CodeHostKind.GITHUB, "contoso/network", language=Language.BICEP, style=Style.GENERATED
    )
    found = mistakes(named.format("netwrk"))
    assert found == {"line 10": "registries.0.code: nothing in `code` has the name netwrk; network?"}
    twice = HEAD + CODE + CODE.removeprefix("code:\n")
    assert mistakes(twice) == {"line 8": "code.1.name: network is named in line 4 already"}
