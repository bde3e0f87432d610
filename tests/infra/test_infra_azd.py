"""`azd up`: its file, its parameters and its hooks fit the templates."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.infra.azure_types import needs_types
from tests.infra.bicep_syntax import read
from tests.infra.deployment import INFRA, deploy

ROOT = INFRA.parent
AZD: dict[str, Any] = YAML(typ="safe").load((ROOT / "azure.yaml").read_text("utf-8"))
PARAMETERS = json.loads((INFRA / "main.parameters.json").read_text("utf-8"))["parameters"]
MAIN = read(INFRA / "main.bicep")
HOOKS = sorted((INFRA / "hooks").glob("*.sh"))
# What it is asked is written down; what it looks up is not there yet, everything else has this id.
STAND_IN = """#!/bin/sh
echo "{program} $*" >> "{log}"
case "$*" in *"--method get"*) ;; *) echo 55555555-5555-5555-5555-555555555555 ;; esac
"""
VARIABLE = re.compile(r"^\$\{(\w+)(?:=([^}]*))?\}$")


def test_the_service_is_the_app() -> None:
    """The service is found by its tag, and is a Python function app built from the root."""
    ((name, service),) = AZD["services"].items()
    assert (service["host"], service["language"], service["project"]) == ("function", "py", ".")
    apps = [path.read_text("utf-8") for path in (INFRA / "modules").glob("function-*")]
    tags = [text.count(f"'azd-service-name': '{name}'") for text in apps]
    assert tags == [1, 1]


def test_the_template_is_where_azd_looks() -> None:
    """`infra.path` and `infra.module` are the template of the subscription."""
    template = ROOT / AZD["infra"]["path"] / f"{AZD['infra']['module']}.bicep"
    assert (template, MAIN.scope) == (INFRA / "main.bicep", "subscription")


def test_parameters_are_those_of_the_template() -> None:
    """Each parameter exists and has the kind of the template; what the environment may lack has a default."""
    for name, one in PARAMETERS.items():
        declared, value = MAIN.of("param")[name], one["value"]
        kinds = {"array": list, "object": dict}
        assert isinstance(value, kinds.get(declared.type, str)), name
        if isinstance(value, str) and name not in ("name", "location"):
            match = VARIABLE.match(value)
            assert match and match[2] is not None, name


def test_secrets_are_those_of_the_vault() -> None:
    """The names of secrets are those that the vault takes."""
    vault = (INFRA / "modules" / "vault.bicep").read_text("utf-8")
    taken = set(re.findall(r"^  '([a-z-]+)'$", vault, re.MULTILINE))
    assert set(PARAMETERS["secrets"]["value"]) == taken
    assert [one for one in PARAMETERS["secrets"]["value"].values() if not VARIABLE.match(one)] == []


@needs_types
def test_the_first_run_is_right() -> None:
    """With an environment that has a name and a place only, the deployment is right."""
    given = {"AZURE_ENV_NAME": "remediator", "AZURE_LOCATION": "westeurope"}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        match = VARIABLE.match(value) if isinstance(value, str) else None
        return given.get(match[1], match[2]) if match else value

    parameters = {name: filled(one["value"]) for name, one in PARAMETERS.items()}
    assert parameters["codeIsPublished"] == "false"
    assert deploy(parameters | {"codeIsPublished": False}).problems == []


def test_hooks_are_there_and_can_be_run() -> None:
    """Each hook names a script that is executable, and no script is left over."""
    named = {ROOT / hook["run"] for hook in AZD["hooks"].values()}
    called = {path for path in HOOKS if any(f"/{path.name}" in other.read_text("utf-8") for other in named)}
    assert named | called == set(HOOKS)
    assert [path.name for path in HOOKS if not os.access(path, os.X_OK)] == []


def _ran(hook: str, tmp_path: Path, arguments: tuple[str, ...] = (), **environment: str) -> list[str]:
    """The commands of `az` and `azd` that a hook runs, with programs in their place that write down what was asked."""
    log = tmp_path / "log"
    for program in ("az", "azd"):
        file = tmp_path / program
        file.write_text(STAND_IN.format(program=program, log=log))
        file.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    script = str(INFRA / "hooks" / hook)
    subprocess.run(
        [script, *arguments], env={"PATH": path, "AZURE_ENV_NAME": "prod", **environment}, check=True, timeout=30
    )
    return log.read_text("utf-8").splitlines() if log.exists() else []


def test_the_first_run_makes_a_key_and_a_registration(tmp_path: Path) -> None:
    """Before the first provisioning there is neither: both are made and kept in the environment."""
    ran = _ran("before.sh", tmp_path)
    key = next(line for line in ran if line.startswith("azd env set SECRET_APPROVAL_KEY "))
    assert len(key.rpartition(" ")[2]) >= 32
    assert any(line.startswith("az ad app create --display-name remediator-prod ") for line in ran)
    assert {"SIGN_IN_CLIENT_ID", "SIGN_IN_OBJECT_ID"} <= {word for line in ran for word in line.split()}


def test_callers_get_their_roles(tmp_path: Path) -> None:
    """Azure Monitor, Event Grid and whoever runs it get a role of the registration; the callers are printed."""
    ran = _ran("callers.sh", tmp_path, arguments=("client",))
    posts = [line for line in ran if line.startswith("az rest --method post")]
    (roles,) = [line for line in ran if line.startswith("az ad app update --id client ")]
    assert len(posts) == 3
    assert all("/servicePrincipals/55555555-5555-5555-5555-555555555555/appRoleAssignedTo" in line for line in posts)
    listed = json.loads(roles.partition("--app-roles ")[2])
    assert [one["value"] for one in listed] == ["ActionGroupsSecureWebhook", "AzureEventGridSecureWebhookSubscriber"]
    assert {json.loads(line.partition("--body ")[2])["appRoleId"] for line in posts} == {one["id"] for one in listed}


def test_later_runs_leave_both_alone(tmp_path: Path) -> None:
    """With a vault and a registration nothing is made: a new key would make every open link void."""
    assert _ran("before.sh", tmp_path, DEPLOYED_VAULT="kv-x", SIGN_IN_CLIENT_ID="c") == []


def test_afterwards_the_key_is_in_the_vault_alone(tmp_path: Path) -> None:
    """Entra is told where to send people back to, and the key goes from the environment."""
    ran = _ran("after.sh", tmp_path, SIGN_IN_CLIENT_ID="c", DEPLOYED_SIGN_IN_REDIRECT="https://x/.auth")
    assert ran == [
        "az ad app update --id c --web-redirect-uris https://x/.auth",
        "azd env set SECRET_APPROVAL_KEY ",
    ]


def test_after_the_first_publishing_it_is_provisioned_once_more(tmp_path: Path) -> None:
    """The first publishing provisions again, with what calls the code; later ones do not."""
    assert _ran("published.sh", tmp_path) == [
        "azd env set CODE_IS_PUBLISHED true",
        "azd provision --no-prompt",
    ]
    (tmp_path / "log").unlink()
    assert _ran("published.sh", tmp_path, CODE_IS_PUBLISHED="true") == []
