"""What the templates name of the program is there: functions, routes, queues, and who may call them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from typing import Any

from remediator.core.queue_names import POISON, SWEEP, WORK
from tests.infra.azure_types import needs_types
from tests.infra.deployment import INFRA
from tests.infra.stories import story

pytestmark = needs_types

INDEX = """
import json, function_app
found = {f.get_function_name(): f.get_trigger().get_dict_repr() for f in function_app.app.get_functions()}
print(json.dumps(found, default=str))
"""
ALL_FILES = "\n".join(path.read_text("utf-8") for path in sorted(INFRA.rglob("*.bicep")))


@cache
def functions() -> dict[str, dict[str, Any]]:
    """The trigger of each function by name, as the app is indexed."""
    said = subprocess.run([sys.executable, "-c", INDEX], cwd=INFRA.parent, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, Any]] = json.loads(said.stdout)
    return found


def test_functions_that_are_named_exist() -> None:
    """Event Grid's destination, listed keys and instances that are always ready are those of functions of ours."""
    named = set(re.findall(r"/functions/(\w+)", ALL_FILES)) | set(re.findall(r"'function:(\w+)'", ALL_FILES))
    assert named == {"events", "events_webhook", "alerts", "work"}
    assert named <= set(functions())


def test_events_go_to_the_event_grid_trigger() -> None:
    """The function that Event Grid delivers to has an Event Grid trigger."""
    for one in story("whole").of("Microsoft.EventGrid/systemTopics/eventSubscriptions"):
        destination = one.properties["destination"]
        assert destination["endpointType"] == "AzureFunction"
        assert destination["properties"]["resourceId"].endswith("/functions/events")
    assert functions()["events"]["type"] == "eventGridTrigger"


def test_addresses_lead_to_routes_that_ask_for_their_key() -> None:
    """Each address with a key is a route of the function whose key it is, and that function asks for one."""
    pairs = re.findall(r"/(api/\w+)\?code=\$\{listKeys\('\$\{siteId\}/functions/(\w+)'", ALL_FILES)
    assert sorted(pairs) == [("api/alerts", "alerts"), ("api/events", "events_webhook")]
    for route, name in pairs:
        trigger = functions()[name]
        assert (trigger["route"], str(trigger["authLevel"]).lower()) == (route, "function")


def test_the_health_probe_has_a_route() -> None:
    """Premium's health check asks a route that anybody may ask."""
    path = story("whole in China").one("Microsoft.Web/sites").properties["siteConfig"]["healthCheckPath"]
    trigger = functions()["healthz"]
    assert (path, str(trigger["authLevel"]).lower()) == (f"/{trigger['route']}", "anonymous")


def test_the_queues_are_those_of_the_triggers() -> None:
    """The queues that are made are those that functions listen to."""
    made = {one.body["name"] for one in story("least").of("Microsoft.Storage/storageAccounts/queueServices/queues")}
    listened = {one["queueName"] for one in functions().values() if one["type"] == "queueTrigger"}
    assert made == listened == {WORK, POISON, SWEEP}


def test_queries_name_functions_that_exist() -> None:
    """The alerts on the program itself look at functions of ours."""
    queries = [path.read_text("utf-8") for path in (INFRA / "queries").glob("own-*.kql")]
    lines = [line for text in queries if "AppRequests" in text for line in re.findall(r"Name (?:==|in) ([^\n]*)", text)]
    named = {name for line in lines for name in re.findall(r"'(\w+)'", line)}
    assert {"work_poison", "wake", "sweep", "sweep_part", "alerts", "events"} <= named
    assert named - set(functions()) == set()


def test_the_runtime_is_that_of_the_lock() -> None:
    """Python is 3.13 on both plans, as the locked requirements have it."""
    flex = story("whole").one("Microsoft.Web/sites").properties["functionAppConfig"]["runtime"]
    premium = story("whole in China").one("Microsoft.Web/sites").properties["siteConfig"]["linuxFxVersion"]
    assert (flex, premium) == ({"name": "python", "version": "3.13"}, "PYTHON|3.13")
