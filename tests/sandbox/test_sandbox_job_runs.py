"""Executions of jobs in the sandbox: started, followed, stopped; what a look from inside tells is the network's own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remediator.sandbox.wire import Response

from .conftest import ALBUM, CATALOG, ENVIRONMENT, VNET, Story

JOB = f"{ALBUM}/Microsoft.App/jobs/look"
IMAGE = "mcr.microsoft.com/azurelinux/base/python:3.12"
LOGIN, DATA = "contosoalbum.azurecr.cn", "contosoalbum.chinaeast2.data.azurecr.cn"
VERSION = "2025-01-01"


def job(story: Story, environment: str = ENVIRONMENT) -> None:
    container = {"name": "look", "image": IMAGE, "resources": {"cpu": 0.25, "memory": "0.5Gi"}}
    configuration = {"triggerType": "Manual", "replicaTimeout": 120, "replicaRetryLimit": 0}
    held = {"environmentId": environment, "configuration": configuration, "template": {"containers": [container]}}
    story.azure.put({"id": JOB, "name": "look", "location": "chinaeast2", "properties": held})


def start(story: Story, *arguments: str, **more: Any) -> Response:
    container = {"name": "look", "image": IMAGE, "command": ["python3", "-c", "…"], "args": list(arguments), **more}
    return story.raw("POST", f"{JOB}/start", json.dumps({"containers": [container]}).encode(), VERSION)


def status(story: Story, name: str) -> str:
    found = json.loads(story.raw("GET", f"{JOB}/executions/{name}", version=VERSION).body)
    return str(found["properties"]["status"])


def ended(story: Story, *arguments: str, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    """How an execution ended, and what it printed."""
    response = start(story, *arguments, **more)
    assert response.status == 200, response.body
    name = json.loads(response.body)["name"]
    assert status(story, name) == "Running"
    end = status(story, name)
    rows = [row.columns for row in story.azure.logs.rows if row.table == "ContainerAppConsoleLogs_CL"]
    mine = [json.loads(row["Log_s"]) for row in rows if row["ContainerGroupName_s"].startswith(name)]
    return end, mine


def said(lines: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [(line["host"], line["check"], line["ok"]) for line in lines]


def test_before_the_repair_the_name_is_public_and_the_registry_refuses(story: Story) -> None:
    """From inside the closed registry's name has a public address, and `/v2/` answers 403: the execution fails."""
    job(story)
    end, lines = ended(story, "--mark", "m1", "--login", LOGIN)
    assert (end, said(lines)[-1]) == ("Failed", (LOGIN, "http", False))
    assert "DENIED" in lines[-1]["detail"]
    assert not lines[0]["addresses"][0].startswith("10.")
    assert {line["probe"] for line in lines} == {"m1"}


def test_after_the_repair_every_check_passes(story: Story) -> None:
    """With endpoint, zone, records and link both names are private and open, and the execution succeeds."""
    job(story)
    story.mend()
    ten = {name: addresses[0] for name, addresses in story.records().items()}
    login, data = f"{LOGIN}={ten['contosoalbum']}", f"{DATA}={ten['contosoalbum.chinaeast2.data']}"
    end, lines = ended(story, "--mark", "m1", "--login", login, "--data", data)
    assert end == "Succeeded"
    assert said(lines) == [
        *((LOGIN, check, True) for check in ("name", "tcp", "tls", "http")),
        *((DATA, check, True) for check in ("name", "tcp", "tls")),
    ]


def test_another_address_than_the_expected_fails_at_the_name(story: Story) -> None:
    """A name that gets an address other than the endpoint's fails, and nothing is connected to."""
    job(story)
    end, lines = ended(story, "--mark", "m1", "--login", f"{LOGIN}=10.99.0.4")
    assert (end, said(lines)) == ("Failed", [(LOGIN, "name", False)])
    assert "not with 10.99.0.4" in lines[0]["detail"]


def test_servers_that_answer_in_public_are_seen(story: Story) -> None:
    """After the repair a network that asks its own DNS servers still gets the public address, and the probe says so."""
    job(story)
    story.mend()
    story.change(VNET, lambda body: body["properties"].update(dhcpOptions={"dnsServers": ["192.168.7.7"]}))
    story.azure.forwarders["192.168.7.7"] = "public"
    end, lines = ended(story, "--mark", "m1", "--login", f"{LOGIN}={story.records()['contosoalbum'][0]}")
    assert (end, said(lines)) == ("Failed", [(LOGIN, "name", False)])
    assert not lines[0]["addresses"][0].startswith("10.")


def test_where_no_name_is_answered_not_even_the_probe_comes_up(story: Story) -> None:
    """Behind DNS servers that answer nobody the probe's own image cannot be pulled: it fails and says nothing."""
    job(story)
    story.change(VNET, lambda body: body["properties"].update(dhcpOptions={"dnsServers": ["192.168.7.7"]}))
    story.azure.forwarders["192.168.7.7"] = "dead"
    assert ended(story, "--mark", "m1", "--login", LOGIN) == ("Failed", [])


def test_a_program_that_does_not_look_ends_well_and_says_nothing(story: Story) -> None:
    """A container with another command succeeds without a line: success alone is not what a probe says."""
    job(story)
    assert ended(story, command=["echo", "hello"]) == ("Succeeded", [])


def test_arguments_that_make_no_sense_fail(story: Story) -> None:
    """Without a mark, or with an odd word, nothing is looked at and the execution fails."""
    job(story)
    assert ended(story, "--login", LOGIN) == ("Failed", [])
    assert ended(story, "--mark", "m", "--other", LOGIN) == ("Failed", [])


def test_an_image_that_cannot_be_pulled_fails_without_a_line(story: Story) -> None:
    """Where the probe's own image cannot be pulled, the execution fails and nothing was printed."""
    job(story)
    image = f"{LOGIN}/probe:1"
    assert ended(story, "--mark", "m", "--login", LOGIN, image=image) == ("Failed", [])


def test_executions_are_listed_with_their_template(story: Story) -> None:
    """The list of a job's executions shows the arguments of each."""
    job(story)
    for mark in ("m1", "m2"):
        assert start(story, "--mark", mark, "--login", LOGIN).status == 200
    found = json.loads(story.raw("GET", f"{JOB}/executions", version=VERSION).body)["value"]
    marks = [one["properties"]["template"]["containers"][0]["args"][1] for one in found]
    assert sorted(marks) == ["m1", "m2"]
    assert len({one["name"] for one in found}) == 2


def test_a_running_execution_can_be_stopped(story: Story) -> None:
    """Once stopped it stays so and prints nothing."""
    job(story)
    name = json.loads(start(story, "--mark", "m", "--login", LOGIN).body)["name"]
    assert story.raw("POST", f"{JOB}/executions/{name}/stop", version=VERSION).status == 200
    assert [status(story, name) for _ in range(2)] == ["Stopped", "Stopped"]
    assert [row for row in story.azure.logs.rows if row.table.startswith("ContainerAppConsole")] == []


@pytest.mark.parametrize(
    "containers", [[{"name": "a"}], [7], {"a": 1}, [{"name": "a", "image": "b", "args": "x"}], [{"image": IMAGE}]]
)
def test_odd_containers_are_refused(story: Story, containers: object) -> None:
    """A start whose containers cannot run is answered 400."""
    job(story)
    body = json.dumps({"containers": containers}).encode()
    assert story.raw("POST", f"{JOB}/start", body, VERSION).status == 400


def test_what_is_not_there_is_not_found(story: Story) -> None:
    """A job or an execution that does not exist is answered 404."""
    assert start(story).status == 404
    job(story)
    for method, path in (("GET", "/executions/no"), ("POST", "/executions/no/stop")):
        assert story.raw(method, JOB + path, version=VERSION).status == 404


def test_the_rights_are_azures(story: Story) -> None:
    """Starting needs `jobs/start/action`, following `jobs/executions/read`: each is refused without its own."""
    job(story)
    story.azure.permissions[""] = []
    refused = start(story, "--mark", "m", "--login", LOGIN)
    assert (refused.status, b"Microsoft.App/jobs/start/action" in refused.body) == (403, True)
    read = story.raw("GET", f"{JOB}/executions", version=VERSION)
    assert (read.status, b"Microsoft.App/jobs/executions/read" in read.body) == (403, True)


def test_an_environment_without_a_workspace_keeps_no_lines(story: Story) -> None:
    """Without a log destination an execution still ends as it must; its lines are nowhere."""
    elsewhere = f"{CATALOG}/Microsoft.App/managedEnvironments/plain"
    subnet = f"{VNET}/subnets/snet-aca"
    held = {"vnetConfiguration": {"infrastructureSubnetId": subnet}}
    story.azure.put({"id": elsewhere, "location": "chinaeast2", "properties": held})
    job(story, elsewhere)
    assert ended(story, "--mark", "m", "--login", LOGIN) == ("Failed", [])
