"""What a client may do, what a lock holds and what a policy denies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from remediator.sandbox import identity
from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load

from .conftest import ALBUM, ENDPOINT, REGISTRY, SUB, VNET, ZONE, Story, story_of

CLIENT = "ab111111-0000-4000-8000-00000000cdef"
GROUP = f"/subscriptions/{SUB}/resourceGroups/rg-album"
OPERATIONS = "Microsoft.Network/locations/operations/read"
DNS_STATUS = "Microsoft.Network/privateDnsOperationStatuses/read"
BODY_OF_ENDPOINT = {
    "location": "chinaeast2",
    "properties": {
        "subnet": {"id": f"{VNET}/subnets/snet-endpoints"},
        "privateLinkServiceConnections": [
            {"name": "c", "properties": {"privateLinkServiceId": REGISTRY, "groupIds": ["registry"]}}
        ],
    },
}


def ask(story: Story, method: str, path: str, document: Any = None, client: str = CLIENT) -> tuple[int, str, str]:
    """Status, code and message of one request of a client."""
    body = json.dumps(document).encode() if document is not None else b""
    headers = {"Authorization": f"Bearer {identity.token('x', 0, client)}"}
    answer = story.azure.handle(method, f"https://m{path}?api-version=2024-06-01", headers, body)
    error = json.loads(answer.body or b"{}")
    error = error.get("error", error) if isinstance(error, dict) else {}
    return answer.status, str(error.get("code", "")), str(error.get("message", ""))


@pytest.mark.parametrize(
    ("method", "path", "action", "scope"),
    [
        ("GET", REGISTRY, "Microsoft.ContainerRegistry/registries/read", REGISTRY),
        ("GET", f"{REGISTRY}/replications", "Microsoft.ContainerRegistry/registries/replications/read", REGISTRY),
        ("GET", f"{ALBUM}/Microsoft.Network/privateEndpoints", "Microsoft.Network/privateEndpoints/read", GROUP),
        ("PATCH", REGISTRY, "Microsoft.ContainerRegistry/registries/write", REGISTRY),
        ("DELETE", f"{ZONE}/A/shop", "Microsoft.Network/privateDnsZones/A/delete", f"{ZONE}/A/shop"),
        ("GET", f"/subscriptions/{SUB}", "Microsoft.Resources/subscriptions/read", f"/subscriptions/{SUB}"),
        ("GET", GROUP, "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP),
        ("GET", f"{REGISTRY}/listUsages", "Microsoft.ContainerRegistry/registries/listUsages/read", REGISTRY),
        (
            "GET",
            f"/subscriptions/{SUB}/providers/Microsoft.Insights/eventtypes/management/values",
            "Microsoft.Insights/eventtypes/values/read",
            f"/subscriptions/{SUB}/providers/Microsoft.Insights/eventtypes/management",
        ),
        (
            "GET",
            f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments",
            "Microsoft.Authorization/roleAssignments/read",
            REGISTRY,
        ),
        (
            "POST",
            f"{ALBUM}/Microsoft.App/containerApps/album/revisions/r/restart",
            "Microsoft.App/containerApps/revisions/restart/action",
            f"{ALBUM}/Microsoft.App/containerApps/album/revisions/r",
        ),
        (
            "POST",
            f"{GROUP}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions",
            "Microsoft.PolicyInsights/checkPolicyRestrictions/read",
            GROUP,
        ),
    ],
)
def test_a_request_without_its_action_is_refused(story: Story, method: str, path: str, action: str, scope: str) -> None:
    """The action follows from method and path, and the refusal names client, object id, action and scope."""
    story.azure.permissions[CLIENT] = {"Microsoft.Other/things/read"}
    status, code, message = ask(story, method, path, {} if method != "GET" else None)
    assert (status, code) == (403, "AuthorizationFailed")
    assert message == (
        f"The client '{CLIENT}' with object id '{identity.principal_of(CLIENT)}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials."
    )
    assert story.azure.writes == []


@pytest.mark.parametrize("granted", ["microsoft.containerregistry/REGISTRIES/read", "*/read", "*"])
def test_an_action_counts_in_any_casing_and_by_wildcard(story: Story, granted: str) -> None:
    """Actions are compared without case, and `*` stands for anything."""
    story.azure.permissions[CLIENT.upper()] = {granted}
    assert ask(story, "GET", REGISTRY)[0] == 200


def test_everybody_may_do_everything_until_somebody_is_named(story: Story) -> None:
    """Permissions are off by default; once on, a client that is not named has none, but may list subscriptions."""
    assert ask(story, "GET", REGISTRY)[0] == 200
    story.azure.permissions["somebody"] = {"*"}
    assert ask(story, "GET", REGISTRY)[0] == 403
    assert ask(story, "GET", "/subscriptions")[0] == 200


def linked(story: Story, path: str, document: Any, lacking: str) -> str:
    """The refusal of a PUT by a client that has every action but one."""
    actions = {
        "Microsoft.Network/privateEndpoints/write",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks/write",
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
        "Microsoft.ContainerRegistry/registries/privateEndpointConnectionsApproval/action",
        "Microsoft.Network/privateDnsZones/join/action",
        "Microsoft.Network/virtualNetworks/join/action",
        "Microsoft.Network/virtualNetworks/peer/action",
    }
    assert lacking in actions
    story.azure.permissions[CLIENT] = actions - {lacking}
    status, code, message = ask(story, "PUT", path, document)
    assert (status, code) == (403, "LinkedAuthorizationFailed")
    return message


@pytest.mark.parametrize(
    ("path", "properties", "action", "scope"),
    [
        (
            ENDPOINT,
            BODY_OF_ENDPOINT["properties"],
            "Microsoft.Network/virtualNetworks/subnets/join/action",
            f"{VNET}/subnets/snet-endpoints",
        ),
        (
            ENDPOINT,
            BODY_OF_ENDPOINT["properties"],
            "Microsoft.ContainerRegistry/registries/privateEndpointConnectionsApproval/action",
            REGISTRY,
        ),
        (
            f"{ENDPOINT}/privateDnsZoneGroups/default",
            {"privateDnsZoneConfigs": [{"name": "z", "properties": {"privateDnsZoneId": ZONE}}]},
            "Microsoft.Network/privateDnsZones/join/action",
            ZONE,
        ),
        (
            f"{ZONE}/virtualNetworkLinks/l",
            {"virtualNetwork": {"id": VNET}},
            "Microsoft.Network/virtualNetworks/join/action",
            VNET,
        ),
        (
            f"{VNET}/virtualNetworkPeerings/p",
            {"remoteVirtualNetwork": {"id": f"{VNET}-2"}},
            "Microsoft.Network/virtualNetworks/peer/action",
            f"{VNET}-2",
        ),
    ],
)
def test_what_a_body_points_at_needs_an_action_too(
    story: Story, path: str, properties: dict[str, Any], action: str, scope: str
) -> None:
    """A PUT whose client may write, and may not join or approve, is refused before anything is looked up."""
    message = linked(story, path, {"location": "chinaeast2", "properties": properties}, action)
    assert "has permission to perform action" in message
    assert f"does not have permission to perform action(s) '{action}' on the linked scope(s) '{scope}'" in message
    assert story.azure.writes == []


def test_a_connection_that_waits_for_its_approval_needs_no_right_on_the_registry(story: Story) -> None:
    """A manual connection may be asked for by anybody who may write endpoints and join the subnet."""
    story.azure.permissions[CLIENT] = {
        "Microsoft.Network/privateEndpoints/write",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
    }
    connections = BODY_OF_ENDPOINT["properties"]["privateLinkServiceConnections"]  # type: ignore[index]
    held = {**BODY_OF_ENDPOINT["properties"], "privateLinkServiceConnections": []}  # type: ignore[dict-item]
    document = {"location": "chinaeast2", "properties": {**held, "manualPrivateLinkServiceConnections": connections}}
    assert ask(story, "PUT", ENDPOINT, document)[0] == 201


def test_polling_an_operation_needs_an_action_of_its_own(story: Story) -> None:
    """Each provider's status address has its own action, and without it the operation cannot be followed."""
    story.azure.permissions[CLIENT] = {"Microsoft.Network/privateDnsZones/write"}
    headers = {"Authorization": f"Bearer {identity.token('x', 0, CLIENT)}"}
    answer = story.azure.handle("PUT", f"https://m{ZONE}?api-version=2024-06-01", headers, b'{"location": "global"}')
    poll = answer.headers["Azure-AsyncOperation"]
    refused = story.azure.handle("GET", poll, headers, b"")
    assert (refused.status, DNS_STATUS in refused.body.decode()) == (403, True)
    story.azure.permissions[CLIENT] = {DNS_STATUS}
    assert story.azure.handle("GET", poll, headers, b"").status == 200


def test_a_registry_is_polled_below_itself(story: Story) -> None:
    """A registry's operations are asked for under its own id, as recorded; another SKU takes one."""
    story.change(REGISTRY, lambda body: body.update(sku={"name": "Basic", "tier": "Basic"}))
    story.change(REGISTRY, lambda body: body["properties"].update(publicNetworkAccess="Enabled"))
    answer = story.raw("PATCH", REGISTRY, b'{"sku": {"name": "Premium"}}')
    assert answer.status == 201
    assert f"{REGISTRY}/operationStatuses/" in answer.headers["Azure-AsyncOperation"]
    assert story.raw("PATCH", REGISTRY, b'{"tags": {"a": "b"}}').status == 200


def test_callers_are_told_what_they_may_do(story: Story) -> None:
    """The permissions of the caller at a scope are the actions that it was given, or everything."""
    path = f"https://m{GROUP}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
    assert json.loads(story.azure.handle("GET", path, {"Authorization": "Bearer t"}, b"").body)["value"] == [
        {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}
    ]
    story.azure.permissions[CLIENT] = {"Microsoft.Authorization/permissions/read", OPERATIONS}
    answer = story.azure.handle("GET", path, {"Authorization": f"Bearer {identity.token('x', 0, CLIENT)}"}, b"")
    assert set(json.loads(answer.body)["value"][0]["actions"]) == {
        "Microsoft.Authorization/permissions/read",
        OPERATIONS,
    }


def lock(scope: str, level: str) -> dict[str, Any]:
    """A management lock."""
    rid = f"{scope}/providers/Microsoft.Authorization/locks/hold"
    return {"id": rid, "name": "hold", "type": "Microsoft.Authorization/locks", "properties": {"level": level}}


@pytest.mark.parametrize(
    "scope", [f"/subscriptions/{SUB}", GROUP.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), REGISTRY]
)
@pytest.mark.parametrize(
    ("level", "method", "doing"),
    [("ReadOnly", "PATCH", "write"), ("ReadOnly", "DELETE", "delete"), ("CanNotDelete", "DELETE", "delete")],
)
def test_a_lock_holds_for_its_scope_and_below(story: Story, scope: str, level: str, method: str, doing: str) -> None:
    """A locked scope refuses what the lock's level forbids, in Azure's words, with 409."""
    story.azure.put(lock(scope, level))
    answer = story.raw(method, REGISTRY, b"{}")
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (409, "ScopeLocked")
    assert error["message"] == (
        f"The scope '{REGISTRY}' cannot perform {doing} operation because following scope(s) are locked: '{scope}'. "
        "Please remove the lock and try again."
    )


def test_a_lock_against_deletion_lets_everything_else_pass(story: Story) -> None:
    """CanNotDelete stops no write, and a lock elsewhere stops nothing here."""
    story.azure.put(lock(f"/subscriptions/{SUB}", "CanNotDelete"))
    story.azure.put(lock(f"/subscriptions/{SUB}/resourceGroups/rg-catalog", "ReadOnly"))
    assert story.raw("PATCH", REGISTRY, b'{"tags": {"a": "b"}}').status == 200
    assert story.raw("GET", REGISTRY).status == 200


def test_a_policy_denies_a_type_in_its_scope_and_can_be_asked(story: Story) -> None:
    """The write is refused with the policy's identifiers; the question names the same assignment and is no write."""
    story.azure.faults.deny_by_policy("Microsoft.Network/privateEndpoints", GROUP, "no-endpoints")
    with pytest.raises(HttpResponseError, match="was disallowed by policy") as refused:
        story.endpoint()
    assert refused.value.status_code == 403
    assert "no-endpoints" in str(refused.value)
    question = f"{GROUP}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
    for kind, effects in (("Microsoft.Network/privateEndpoints", ["Deny"]), ("Microsoft.Network/privateDnsZones", [])):
        body = json.dumps({"resourceDetails": {"resourceContent": {"type": kind}}}).encode()
        told = json.loads(story.raw("POST", question, body).body)["contentEvaluationResult"]["policyEvaluations"]
        assert [one["effectDetails"]["policyEffect"] for one in told] == effects
    assert story.azure.writes == []


def test_an_identity_of_the_estate_signs_in_with_its_own_object_id() -> None:
    """The token endpoint gives the principal that the estate's identity has; an unknown client gets another."""
    found = next(r for r in load("first-incident")["resources"] if r["type"].endswith("/userAssignedIdentities"))
    client, principal = found["properties"]["clientId"], found["properties"]["principalId"]
    story = story_of(Azure.from_estate(load("first-incident")))
    assert story.azure.principals()[client.lower()] == principal
    headers = {"X-IDENTITY-HEADER": "x"}
    url = f"http://h/msi/token?resource=r&client_id={client}"
    answer = json.loads(identity.answer("GET", url, headers, 0, story.azure.principals()).body)
    assert answer["client_id"] == client
    assert f'"oid": "{principal}"' in _claims(answer["access_token"])
    other = json.loads(identity.answer("GET", url.replace(client, CLIENT), headers, 0, {}).body)
    assert identity.principal_of(CLIENT) in _claims(other["access_token"])


def _claims(token: str) -> str:
    import base64

    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
