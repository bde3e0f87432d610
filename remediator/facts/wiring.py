"""What do the bodies of Event Grid and Azure Monitor say of who is told of what? Called by `adapters.azure.doctor`.

Shapes: Microsoft.EventGrid systemTopics and eventSubscriptions 2025-02-15, Microsoft.Insights actionGroups 2023-01-01,
scheduledQueryRules 2023-12-01 and activityLogAlerts 2020-10-01, Microsoft.Web sites 2024-11-01 (bicep-types-az).
`Malformed` where a field that decides has another shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from remediator.core.doctor_platform import App, Provider
from remediator.core.doctor_wiring import ActionGroup, AlertRule, EventSubscription, Filter
from remediator.facts.reading import Body, flag, items, properties, section, text, texts

FUNCTIONS = {"events": "/functions/events", "alerts": "alerts"}
_PYTHON = re.compile(r"python\|(\d+\.\d+)", re.IGNORECASE)


def read_event_subscription(body: Body, public_url: str) -> EventSubscription:
    """One event subscription; it is ours when it delivers to the function `events`, or to our `/api/events`."""
    held = properties(body)
    wanted = section(held, "filter")
    return EventSubscription(
        name=text(body, "name", ""),
        ours=_delivers_here(section(held, "destination"), public_url)
        or _delivers_here(section(section(held, "deliveryWithResourceIdentity"), "destination"), public_url),
        state=text(held, "provisioningState", ""),
        types=texts(wanted, "includedEventTypes"),
        filters=tuple(_filter(one) for one in items(wanted, "advancedFilters")),
        subject=text(wanted, "subjectBeginsWith", "") or text(wanted, "subjectEndsWith", ""),
    )


def _delivers_here(destination: Body, public_url: str) -> bool:
    kind, held = text(destination, "endpointType", "").lower(), section(destination, "properties")
    if kind == "azurefunction":
        return text(held, "resourceId", "").lower().endswith(FUNCTIONS["events"])
    if kind == "webhook":
        shown = text(held, "endpointBaseUrl", "") or text(held, "endpointUrl", "")
        return _is_ours(shown, public_url, "/api/events")
    return False


def _filter(body: Body) -> Filter:
    many = texts(body, "values") if isinstance(body.get("values"), list) else ()
    return Filter(
        text(body, "key", ""),
        text(body, "operatorType", ""),
        many or tuple(filter(None, (str(body.get("value") or ""),))),
    )


def read_action_group(body: Body, public_url: str) -> ActionGroup | None:
    """An action group, None where none of its receivers is ours."""
    held = properties(body)
    hooks = [
        one
        for one in items(held, "webhookReceivers")
        if _is_ours(text(one, "serviceUri", ""), public_url, "/api/alerts")
    ]
    calls = [
        one
        for one in items(held, "azureFunctionReceivers")
        if text(one, "functionName", "").lower() == FUNCTIONS["alerts"]
        or _is_ours(text(one, "httpTriggerUrl", ""), public_url, "/api/alerts")
    ]
    if not hooks and not calls:
        return None
    return ActionGroup(
        id=text(body, "id"),
        enabled=flag(held, "enabled", True),
        by_identity=not calls and all(flag(one, "useAadAuth", False) for one in hooks),
    )


def read_log_rule(body: Body) -> AlertRule:
    """A log-alert rule."""
    held = properties(body)
    criteria = items(section(held, "criteria"), "allOf")
    return AlertRule(
        name=text(body, "name", ""),
        kind="log",
        groups=texts(section(held, "actions"), "actionGroups"),
        enabled=flag(held, "enabled", True),
        dimensions=any(items(one, "dimensions") for one in criteria),
    )


def read_activity_rule(body: Body) -> AlertRule:
    """An activity-log alert rule; the operations that it names anywhere in its condition."""
    held = properties(body)
    groups = items(section(held, "actions"), "actionGroups")
    return AlertRule(
        name=text(body, "name", ""),
        kind="activity-log",
        groups=tuple(text(one, "actionGroupId", "") for one in groups),
        enabled=flag(held, "enabled", True),
        operations=tuple(_operations(items(section(held, "condition"), "allOf"))),
    )


def _operations(conditions: Iterable[Body]) -> Iterable[str]:
    for one in conditions:
        if text(one, "field", "").lower() == "operationname" and text(one, "equals", ""):
            yield text(one, "equals")
        yield from _operations(items(one, "anyOf"))


def read_provider(body: Body, asked: Mapping[str, str]) -> Provider:
    """A namespace with the versions of the types that we ask for; `asked` has ours by the type without namespace."""
    kinds = {text(one, "resourceType", "").lower(): texts(one, "apiVersions") for one in items(body, "resourceTypes")}
    return Provider(
        namespace=text(body, "namespace", ""),
        registered=text(body, "registrationState", "").lower() in ("registered", "registering"),
        asked=asked,
        versions={kind.lower(): kinds.get(kind.lower(), ()) for kind in asked},
    )


def answers_at(body: Body, host: str) -> bool:
    """Whether a site is a function app that answers at a host name."""
    held = properties(body)
    names = {name.lower() for name in (*texts(held, "hostNames"), *texts(held, "enabledHostNames"))}
    names.add(text(held, "defaultHostName", "").lower())
    return "functionapp" in text(body, "kind", "").lower() and host.lower() in names


def read_app(body: Body, plan: Body | None, configured: Body) -> App:
    """A function app with its plan and its configuration (`config/web`); its Python stands in `linuxFxVersion`, on Flex
    Consumption in `functionAppConfig`."""
    held, config = properties(body), properties(configured)
    flex = section(section(held, "functionAppConfig"), "runtime")
    found = _PYTHON.search(text(config, "linuxFxVersion", ""))
    python = found[1] if found else text(flex, "version", "") if text(flex, "name", "").lower() == "python" else ""
    return App(
        name=text(body, "name", ""),
        sku=text(section(plan or {}, "sku"), "name", "") or text(held, "sku", ""),
        linux="linux" in text(body, "kind", "").lower(),
        python=python,
        tls=text(config, "minTlsVersion", ""),
    )


def _is_ours(address: str, public_url: str, path: str) -> bool:
    """Whether an address is the route of ours; case of the host and a query do not matter."""
    shown, ours = urlsplit(address), urlsplit(public_url)
    return (
        shown.netloc.lower() == ours.netloc.lower() and shown.path.rstrip("/").lower() == ours.path.rstrip("/") + path
    )
