"""A registry's own switches: the edit that is made, and that nothing else is touched."""

from __future__ import annotations

import json

import pytest

from remediator.core.change import ChangeKind
from tests.codebase.in_place_editing import change, declined, edited, registry_id, switch

BICEP = """\
// who pulls: the shop
@description('Where')
param location string = resourceGroup().location

resource acr 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'acrshop'
  location: location
  sku: { name: 'Premium' } // endpoints need it
  properties: {
    adminUserEnabled: false
    publicNetworkAccess: 'Enabled' /* for now */
  }
}
"""
TERRAFORM = """\
# who pulls: the shop
resource "azurerm_container_registry" "acr" {
  name                          = "acrshop"
  resource_group_name           = "rg-app"
  location                      = "westeurope"
  sku                           = "Premium"
  public_network_access_enabled = true # for now

  tags = {
    team = "shop"
  }
}
"""


def test_a_value_is_replaced_where_it_stands() -> None:
    """A switch that is written out gets another value; comments, order and all other bytes stay."""
    closed = switch(publicNetworkAccess="Disabled")
    assert edited({"main.bicep": BICEP}, closed) == {"main.bicep": BICEP.replace("'Enabled'", "'Disabled'")}
    assert edited({"main.tf": TERRAFORM}, closed) == {"main.tf": TERRAFORM.replace("= true #", "= false #")}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_bytes_around_an_edit_stay(ending: str, mark: str) -> None:
    """Line endings, a byte-order mark and a missing last line ending are those of the file."""
    before = mark + BICEP.rstrip("\n").replace("\n", ending)
    after = edited({"main.bicep": before}, switch(bypass="None"))["main.bicep"]
    added = "    publicNetworkAccess: 'Enabled' /* for now */\n    networkRuleBypassOptions: 'None'".replace(
        "\n", ending
    )
    assert after == before.replace("    publicNetworkAccess: 'Enabled' /* for now */", added)


def test_a_missing_switch_stands_after_its_neighbours() -> None:
    """A switch that is not written is put beside attributes in whose column it has room, else after the last one."""
    narrow = 'resource "azurerm_container_registry" "acr" {\n  name = "acrshop"\n  sku  = "Basic"\n}\n'
    alone = edited({"main.tf": narrow}, switch(bypass="None"))["main.tf"]
    assert alone == narrow[:-2] + '\n  network_rule_bypass_option = "None"\n}\n'
    after = edited({"main.tf": TERRAFORM}, switch(bypass="None"))["main.tf"]
    assert after == TERRAFORM.replace("# for now\n", '# for now\n  network_rule_bypass_option    = "None"\n')
    closed = edited({"main.bicep": BICEP}, switch(defaultAction="Deny"))["main.bicep"]
    added = "now */\n    networkRuleSet: {\n      defaultAction: 'Deny'\n    }\n"
    assert closed == BICEP.replace("now */\n", added)


def test_a_rule_set_is_a_block_in_terraform() -> None:
    """The default action of a registry without rules becomes a block of its own."""
    after = edited({"main.tf": TERRAFORM}, switch(defaultAction="Deny"))["main.tf"]
    assert after == TERRAFORM.replace("  }\n}\n", '  }\n\n  network_rule_set {\n    default_action = "Deny"\n  }\n}\n')


def test_address_rules_are_changed_one_by_one() -> None:
    """A rule too many goes with its lines, a missing one comes after the last; the others are not written again."""
    rules = """
  network_rule_set {
    default_action = "Deny"

    # the office
    ip_rule {
      action   = "Allow"
      ip_range = "198.51.100.7"
    }

    # the old office
    ip_rule {
      action   = "Allow"
      ip_range = "198.51.100.8"
    }
  }
}
"""
    before = TERRAFORM[:-2] + rules
    more = edited({"main.tf": before}, switch(ipRules=["198.51.100.7", "198.51.100.8", "203.0.113.9"]))["main.tf"]
    assert more == before.replace(
        '8"\n    }\n', '8"\n    }\n    ip_rule {\n      action   = "Allow"\n      ip_range = "203.0.113.9"\n    }\n'
    )
    less = edited({"main.tf": before}, switch(ipRules=["198.51.100.7"]))["main.tf"]
    assert (
        "198.51.100.8" not in less
        and "# the office" in less
        and less
        in (
            before.replace('    ip_rule {\n      action   = "Allow"\n      ip_range = "198.51.100.8"\n    }\n', ""),
            before.replace('\n    ip_rule {\n      action   = "Allow"\n      ip_range = "198.51.100.8"\n    }\n', "\n"),
        )
    )


def test_rules_that_a_loop_makes_are_changed_in_its_list() -> None:
    """Where a dynamic block goes over a variable's list, the element is put into that list."""
    files = {
        "variables.tf": 'variable "offices" {\n  type    = list(string)\n  default = ["198.51.100.7"]\n}\n',
        "main.tf": TERRAFORM[:-2]
        + """
  network_rule_set {
    default_action = "Deny"
    dynamic "ip_rule" {
      for_each = toset(var.offices)
      content {
        action   = "Allow"
        ip_range = ip_rule.value
      }
    }
  }
}
""",
    }
    after = edited(files, switch(ipRules=["198.51.100.7", "203.0.113.9"]))
    assert after == {
        "variables.tf": files["variables.tf"].replace('["198.51.100.7"]', '["198.51.100.7", "203.0.113.9"]')
    }


def test_the_condition_alone_is_turned_over() -> None:
    """Where a conditional chooses the value, the literal that decides its condition is what changes."""
    files = {
        "main.bicep": "param open bool = true\n" + BICEP.replace("'Enabled'", "open ? 'Enabled' : 'Disabled'"),
    }
    after = edited(files, switch(publicNetworkAccess="Disabled"))
    assert after == {"main.bicep": files["main.bicep"].replace("bool = true", "bool = false")}
    negated = {
        "main.tf": 'variable "private" {\n  default = false\n}\n' + TERRAFORM.replace("= true #", "= !var.private #")
    }
    assert edited(negated, switch(publicNetworkAccess="Disabled"))["main.tf"] == negated["main.tf"].replace(
        "default = false", "default = true"
    )


@pytest.mark.parametrize(
    ("path", "text", "old", "new"),
    [
        ("prod.bicepparam", "using 'main.bicep'\nparam access = 'Enabled' // why\n", "'Enabled'", "'Disabled'"),
        (
            "main.parameters.json",
            json.dumps(
                {
                    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
                    "parameters": {"access": {"value": "Enabled"}},
                },
                indent=4,
            ),
            '"Enabled"',
            '"Disabled"',
        ),
    ],
)
def test_a_parameter_file_is_what_decides(path: str, text: str, old: str, new: str) -> None:
    """A value that a parameter file gives is changed there; the default that it replaces is left."""
    main = "param access string = 'Enabled'\n" + BICEP.replace("'Enabled'", "access")
    after = edited({"main.bicep": main, path: text}, switch(publicNetworkAccess="Disabled"))
    assert after == {path: text.replace(old, new)}


def test_a_module_in_the_tree_is_followed() -> None:
    """A value that is passed to a local module is changed where it is passed."""
    files = {
        "main.tf": 'module "acr" {\n  source = "./modules/acr"\n  name   = "acrshop"\n  public = true\n}\n',
        "modules/acr/main.tf": 'variable "name" {}\nvariable "public" {\n  default = false\n}\n'
        + TERRAFORM.replace('"acrshop"', "var.name").replace("= true #", "= var.public #"),
    }
    assert edited(files, switch(publicNetworkAccess="Disabled")) == {
        "main.tf": files["main.tf"].replace("public = true", "public = false")
    }


def test_a_verified_module_gets_its_input() -> None:
    """Inputs of Azure's verified modules are known: the switch is an attribute of the call."""
    call = (
        'module "acr" {\n  source  = "Azure/avm-res-containerregistry-registry/azurerm"\n  version = "0.4.0"\n\n'
        '  name                = "acrshop"\n  resource_group_name = "rg-app"\n  location            = "westeurope"\n}\n'
    )
    after = edited({"main.tf": call}, switch(defaultAction="Deny"))["main.tf"]
    assert 'network_rule_set = {\n    default_action = "Deny"\n  }' in after
    bicep = (
        "module acr 'br/public:avm/res/container-registry/registry:0.9.1' = {\n  name: 'acr'\n  params: {\n"
        "    name: 'acrshop'\n    acrSku: 'Standard'\n  }\n}\n"
    )
    sku = change(ChangeKind.UPGRADE_SKU, registry_id(), sku="Premium")
    assert edited({"main.bicep": bicep}, sku) == {"main.bicep": bicep.replace("'Standard'", "'Premium'")}


def test_what_the_code_says_already_is_told() -> None:
    """Where the code is right and Azure was changed by hand, nothing is edited, and deploying again is advised."""
    told = declined({"main.bicep": BICEP}, switch(publicNetworkAccess="Enabled"))
    assert told.code == "code-says-so-already"
    assert "deploy it again" in told.text


def test_one_commit_for_each_change() -> None:
    """Each change is a commit with the file as it leaves it, in the order of the plan."""
    from tests.codebase.in_place_editing import made

    found = made({"main.bicep": BICEP}, switch(publicNetworkAccess="Disabled"), switch(bypass="None"))
    texts = [[file.text for file in commit.files] for commit in found.commits]  # type: ignore[union-attr]
    assert texts[0] == [BICEP.replace("'Enabled'", "'Disabled'")]
    assert texts[1][0] is not None and texts[1][0].count("networkRuleBypassOptions: 'None'") == 1


def test_a_second_time_there_is_nothing_to_edit() -> None:
    """What was edited once is not edited again."""
    closed = switch(publicNetworkAccess="Disabled", defaultAction="Deny", ipRules=["203.0.113.9"], bypass="None")
    for path, text in (("main.bicep", BICEP), ("main.tf", TERRAFORM)):
        after = edited({path: text}, closed)
        assert declined(after, closed).code == "code-says-so-already"


def test_a_registry_of_azapi_is_edited_in_its_body() -> None:
    """The azapi provider declares what ARM takes: the switch is in the body, also where it is encoded."""
    code = (
        'resource "azapi_resource" "acr" {\n  type = "Microsoft.ContainerRegistry/registries@2023-07-01"\n'
        '  name = "acrshop"\n  body = %s\n}\n'
    )
    body = '{\n    properties = {\n      publicNetworkAccess = "Enabled"\n    }\n  }'
    for text in (code % body, code % f"jsonencode({body})"):
        after = edited({"main.tf": text}, switch(publicNetworkAccess="Disabled"))
        assert after == {"main.tf": text.replace('"Enabled"', '"Disabled"')}


def test_two_that_write_one_field_are_told() -> None:
    """Where azapi changes the field beside the declaration, nobody can say which of the two counts."""
    update = (
        'resource "azapi_update_resource" "acr" {\n  type = "Microsoft.ContainerRegistry/registries@2023-07-01"\n'
        "  resource_id = azurerm_container_registry.acr.id\n  body        = { properties = { %s } }\n}\n"
    )
    closed = switch(publicNetworkAccess="Disabled")
    told = declined({"main.tf": TERRAFORM + update % 'publicNetworkAccess = "Enabled"'}, closed)
    assert told.code == "code-ambiguous"
    assert edited({"main.tf": TERRAFORM + update % "anonymousPullEnabled = false"}, closed)


def test_a_list_keeps_the_comments_of_what_stays() -> None:
    """One address less takes its own line and comment along, and no other's."""
    variable = (
        'variable "offices" {\n  default = [\n    "198.51.100.7", # old\n    # the new house\n    "198.51.100.8",\n'
        '    "198.51.100.9" # third\n  ]\n}\n'
    )
    rules = (
        '\n  network_rule_set {\n    dynamic "ip_rule" {\n      for_each = var.offices\n      content {\n'
        '        action   = "Allow"\n        ip_range = ip_rule.value\n      }\n    }\n  }\n}\n'
    )
    text = variable + TERRAFORM[:-2] + rules
    first = edited({"main.tf": text}, switch(ipRules=["198.51.100.8", "198.51.100.9"]))["main.tf"]
    assert first == text.replace('    "198.51.100.7", # old\n', "")
    last = edited({"main.tf": text}, switch(ipRules=["198.51.100.7", "198.51.100.8"]))["main.tf"]
    assert last == text.replace('    "198.51.100.9" # third\n', "")


def test_only_the_field_of_the_change_differs() -> None:
    """A default that decides two fields of one registry is not turned over for one of them, but for both."""
    code = 'variable "open" {\n  default = true\n}\n' + TERRAFORM.replace("= true #", "= var.open #")[:-2]
    code += '\n  network_rule_set {\n    default_action = var.open ? "Allow" : "Deny"\n  }\n}\n'
    assert declined({"main.tf": code}, switch(defaultAction="Deny")).code == "code-shared"
    assert edited({"main.tf": code}, switch(publicNetworkAccess="Disabled"))  # the rules mean nothing then
    both = (switch(publicNetworkAccess="Disabled"), switch(defaultAction="Deny"))
    assert edited({"main.tf": code}, *both) == {"main.tf": code.replace("default = true", "default = false")}


def test_a_rule_that_a_parameter_makes_is_not_taken_out() -> None:
    """An address rule whose address a variable gives is not removed from the list: somebody else may pass another."""
    rules = (
        '\n  network_rule_set {\n    ip_rule {\n      action   = "Allow"\n      ip_range = var.office\n    }\n  }\n}\n'
    )
    variable = 'variable "office" {\n  default = "198.51.100.7"\n}\n'
    code = variable + TERRAFORM[:-2] + rules
    assert declined({"main.tf": code}, switch(ipRules=["203.0.113.9"])).code == "code-value-unknown"
