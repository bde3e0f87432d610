"""Applies generated Terraform to the sandbox: what `terraform apply` with an empty state and azurerm would do with it.

Values are read with tfparse, which follows references. As the provider does, a resource that is there and has no import
block is refused, and so is an import of what is not there; what was imported and looks the same is not written.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tfparse

from remediator.sandbox.azure import Azure
from tests.codebase.bicep_deployment import Arm

Body = dict[str, Any]
NETWORK, DNS = "2025-07-01", "2024-06-01"
KINDS = (
    "azurerm_private_dns_zone",
    "azurerm_virtual_network_peering",
    "azurerm_private_endpoint",
    "azurerm_private_dns_a_record",
    "azurerm_private_dns_zone_virtual_network_link",
)
_IMPORT = re.compile(r'^import \{\n  to = (\S+)\n  id = "([^"]+)"\n\}$', re.M)


def apply(files: dict[str, str], folder: str, azure: Azure) -> list[str]:
    """Apply a folder; returns the ids that were written, in order."""
    with tempfile.TemporaryDirectory() as place:
        for path, text in files.items():
            if path.startswith(folder + "/"):
                Path(place, path.rpartition("/")[2]).write_text(text)
        read = tfparse.load_from_path(place)
    imports = dict(_IMPORT.findall(files.get(f"{folder}/imports.tf", "")))
    subscriptions = {one["alias"]: one["subscription_id"] for one in read["provider"]}
    arm, known = Arm(azure), {}
    for kind in KINDS:
        for one in read.get(kind, []):
            subscription = f"/subscriptions/{subscriptions[one['provider']['__name__']]}"
            group = f"{subscription}/resourceGroups/{one['resource_group_name']}"
            rid = f"{group}/providers/Microsoft.Network/{_place(kind, one)}"
            known[one["id"]] = rid
            imported, now = imports.pop(one["__tfmeta"]["path"], None), azure.resource(rid)
            assert imported in (None, rid), f"{imported} is not {rid}"
            assert (imported is not None) == (now is not None), f"{rid}: {'not imported' if now else 'not there'}"
            for target, version, body in _written(kind, one, rid, now or {}, known):
                arm.put(target, version, body)
    assert imports == {}
    return [rid for rid, _, _ in arm.puts]


def _place(kind: str, one: Body) -> str:
    match kind:
        case "azurerm_private_dns_zone":
            return f"privateDnsZones/{one['name']}"
        case "azurerm_private_endpoint":
            return f"privateEndpoints/{one['name']}"
        case "azurerm_virtual_network_peering":
            return f"virtualNetworks/{one['virtual_network_name']}/virtualNetworkPeerings/{one['name']}"
        case "azurerm_private_dns_a_record":
            return f"privateDnsZones/{one['zone_name']}/A/{one['name']}"
        case _:
            return f"privateDnsZones/{one['private_dns_zone_name']}/virtualNetworkLinks/{one['name']}"


def _written(kind: str, one: Body, rid: str, now: Body, known: dict[str, str]) -> Iterator[tuple[str, str, Body]]:
    tags = {"tags": one.get("tags") or now.get("tags") or {}}
    match kind:
        case "azurerm_private_dns_zone":
            if not now:
                yield rid, DNS, {"location": "global", **tags}
        case "azurerm_private_dns_a_record":
            addresses = [{"ipv4Address": address} for address in one["records"]]
            yield rid, DNS, {"properties": {"ttl": one["ttl"], "aRecords": addresses}}
        case "azurerm_private_dns_zone_virtual_network_link":
            properties = {
                "virtualNetwork": {"id": one["virtual_network_id"]},
                "registrationEnabled": one.get("registration_enabled", False),
                "resolutionPolicy": one.get("resolution_policy", "Default"),
            }
            yield rid, DNS, {"location": "global", **tags, "properties": properties}
        case "azurerm_virtual_network_peering":
            sync = "&syncRemoteAddressSpace=true" if now else ""  # its triggers are new
            yield rid, NETWORK + sync, {"properties": _peering(one)}
        case _:
            if not now:
                yield rid, NETWORK, {"location": one["location"], **tags, "properties": _endpoint(one)}
            yield from _group(one, rid, now, known)


def _peering(one: Body) -> Body:
    return {
        "remoteVirtualNetwork": {"id": one["remote_virtual_network_id"]},
        "allowVirtualNetworkAccess": one["allow_virtual_network_access"],
        "allowForwardedTraffic": one["allow_forwarded_traffic"],
        "allowGatewayTransit": one["allow_gateway_transit"],
        "useRemoteGateways": one["use_remote_gateways"],
    }


def _endpoint(one: Body) -> Body:
    held = one["private_service_connection"]
    properties = {"privateLinkServiceId": held["private_connection_resource_id"], "groupIds": held["subresource_names"]}
    array = "manualPrivateLinkServiceConnections" if held["is_manual_connection"] else "privateLinkServiceConnections"
    return {"subnet": {"id": one["subnet_id"]}, array: [{"name": held["name"], "properties": properties}]}


def _group(one: Body, rid: str, now: Body, known: dict[str, str]) -> Iterator[tuple[str, str, Body]]:
    group = one.get("private_dns_zone_group")
    if group is None:
        return
    zones = [known.get(zone, zone) for zone in group["private_dns_zone_ids"]]
    configs = [
        {"name": zone.rpartition("/")[2].replace(".", "-"), "properties": {"privateDnsZoneId": zone}} for zone in zones
    ]
    yield f"{rid}/privateDnsZoneGroups/{group['name']}", NETWORK, {"properties": {"privateDnsZoneConfigs": configs}}
