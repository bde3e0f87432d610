"""How is a probe run in Azure? `ports.Probes` on manual Container Apps jobs.

An execution gets the container of the job with another command: the text of `probe_script`, and the names to look at as
arguments, each one an argument of its own; no shell reads them. The start is made as the applier, with an approved plan
in hand, and sent once. All else is read as the reader: the job, its executions, and the lines in the log workspace of
the environment. Sources: Microsoft.App jobs and job executions 2025-01-01; ContainerGroupName is the execution's name
with a suffix (learn.microsoft.com, Container Apps jobs); tables as in azure-facts 2.5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.log_query import LogQueries, kql_text
from remediator.core.approval import ApprovedPlan
from remediator.core.errors import Misconfigured
from remediator.core.probe import AskedName, Check, Layer, ProbeRun
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown

JOBS = "Microsoft.App/jobs"
SCRIPT = files("remediator.adapters.azure").joinpath("probe_script.py").read_text("utf-8")
# What an execution's status says of its end; all others are on the way (specification of JobExecutionRunningState).
PASSED = {"succeeded": True, "failed": False, "degraded": False}
STOPPED = "stopped"
# Executions are found by their mark among the latest.
MOST_PAGES = 3
MOST_LINES = 400
# The workspace's clock, Azure's and ours may differ, and a row's time is when it was written.
SLACK = timedelta(hours=1)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_LINES = """union isfuzzy=true
 (ContainerAppConsoleLogs_CL | project TimeGenerated, Group=ContainerGroupName_s, Log=Log_s),
 (ContainerAppConsoleLogs | project TimeGenerated, Group=ContainerGroupName, Log)
| where Group startswith {group}
| project TimeGenerated, Log
| order by TimeGenerated asc
| take {most}"""
_RECIPE = "docs/desired-state.md says how a probe's job is made"


class AzureProbes:
    """Runs probes. `reading` is the reader's connection; `writing` makes the applier's, with an approved plan only."""

    def __init__(self, reading: Arm, writing: Callable[[ApprovedPlan], Arm], logs: LogQueries) -> None:
        self._reading, self._writing, self._logs = reading, writing, logs

    def found(self, run: ProbeRun) -> str | None:
        """As `ports.Probes.found`."""
        known, _ = self._reading.list_first(f"{run.job.text}/executions", self._version(), {}, MOST_PAGES)
        for execution in known:
            if any(run.mark in _texts(one, "args") for one in _containers(execution)):
                return _named(execution)
        return None

    def start(self, approved: ApprovedPlan, run: ProbeRun) -> str | None:
        """As `ports.Probes.start`; `Misconfigured("probe-unfit")` when the job cannot look from inside."""
        container = _checked(self._reading.get(run.job.text), run)
        document = {"containers": [{**container, "command": ["python3", "-c", SCRIPT], "args": arguments(run)}]}
        writing = self._writing(approved)
        try:
            answer = writing.act("starting the probe", f"{run.job.text}/start", self._version(), document)
            return _named(_json_of(answer.text()))
        finally:
            writing.close()

    def look(self, run: ProbeRun) -> ProbeRun:
        """As `ports.Probes.look`; the lines of an execution are asked for once it has ended."""
        execution = self._reading.get(f"{run.job.text}/executions/{run.execution}", self._version())
        status = str(_object(execution.get("properties")).get("status") or "").lower()
        if status == STOPPED:
            return replace(run, unknown="somebody stopped it")
        if status not in PASSED:
            return run
        return replace(run, passed=PASSED[status], checks=self._lines(run))

    def _lines(self, run: ProbeRun) -> tuple[Check, ...]:
        """What the probe has printed, as far as it has arrived; nothing where no workspace can be asked."""
        workspace = _workspace(self._reading.get(run.environment.text))
        if not workspace:
            return ()
        query = _LINES.format(group=kql_text(run.execution or ""), most=MOST_LINES)
        rows = self._logs.rows(workspace, query, run.asked_at - SLACK, run.asked_at + SLACK)
        return () if isinstance(rows, Unknown) else tuple(checks_in((row.get("Log") for row in rows), run))

    def _version(self) -> str:
        return self._reading.version(JOBS)


def arguments(run: ProbeRun) -> list[str]:
    """What the script is started with: the run's mark, and each name with the addresses that it must get."""
    found = ["--mark", run.mark]
    for name in run.names:
        found += ["--login" if name.login else "--data", _argument(name)]
    return found


def _argument(name: AskedName) -> str:
    return f"{name.host}={','.join(name.addresses)}" if name.addresses else name.host


def checks_in(lines: Iterable[object], run: ProbeRun) -> Iterable[Check]:
    """The checks of this run among lines of a log; whatever else stands there is passed over."""
    hosts = [name.host for name in run.names]
    for line in lines:
        said = _json_of(line) if isinstance(line, str) else {}
        layer, host, ok = said.get("check"), said.get("host"), said.get("ok")
        if said.get("probe") != run.mark or host not in hosts or layer not in list(Layer) or not isinstance(ok, bool):
            continue
        addresses = said.get("addresses")
        seen = tuple(str(one)[:50] for one in addresses[:20]) if isinstance(addresses, list) else ()
        yield Check(str(host), Layer(layer), ok, str(said.get("detail") or "")[:300], seen)


def _checked(job: Mapping[str, Any], run: ProbeRun) -> dict[str, Any]:
    """The container of a job that can look from inside, without what a probe does not need: variables, volumes."""
    held = _object(job.get("properties"))
    home = ResourceId(str(held.get("environmentId") or held.get("managedEnvironmentId") or ""))
    if home != run.environment:
        raise _unfit(run, f"it is in the environment {home.name or 'of no name'}")
    trigger = str(_object(held.get("configuration")).get("triggerType") or "")
    if trigger.lower() != "manual":
        raise _unfit(run, f"its trigger is {trigger or 'not known'}, and only a manual one waits until it is asked")
    containers = _rows(_object(held.get("template")).get("containers"))
    if not containers or not containers[0].get("image"):
        raise _unfit(run, "it names no image")
    return {key: containers[0][key] for key in ("name", "image", "resources") if containers[0].get(key)}


def _unfit(run: ProbeRun, why: str) -> Misconfigured:
    return Misconfigured(
        "probe-unfit",
        f"looking from inside {run.environment.name} with the job {run.job.name}: {why}",
        context={"job": run.job.text, "environment": run.environment.text},
        hint=_RECIPE,
    )


def _workspace(environment: Mapping[str, Any]) -> str:
    configured = _object(_object(environment.get("properties")).get("appLogsConfiguration"))
    return str(_object(configured.get("logAnalyticsConfiguration")).get("customerId") or "")


def _named(execution: Mapping[str, Any]) -> str | None:
    """The name of an execution, None where it is none that could stand in a path."""
    name = str(execution.get("name") or "")
    return name if _NAME.fullmatch(name) else None


def _containers(execution: Mapping[str, Any]) -> list[dict[str, Any]]:
    return _rows(_object(_object(execution.get("properties")).get("template")).get("containers"))


def _texts(holder: Mapping[str, Any], name: str) -> list[str]:
    values = holder.get(name)
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _json_of(text: str) -> dict[str, Any]:
    try:
        return _object(json.loads(text) if text else None)
    except (ValueError, RecursionError):
        return {}
