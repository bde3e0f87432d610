"""What are the two ends of a leg's connection to a security group: address ranges and service tags?

Called by the rule `network-security` and by `peering`; what a group makes of them is for `filtering`.
"""

from __future__ import annotations

from remediator.core.arrivals import Arrival, own_subnet
from remediator.core.filtering import VNET_TAG, Side
from remediator.core.leg import Leg
from remediator.core.reach import Way
from remediator.core.snapshot import Registry, Unknown

_VNET = frozenset({VNET_TAG})
_ACR = "azurecontainerregistry"


def consumer_side(leg: Leg, arrival: Arrival | None) -> Side:
    """The consumer's subnet; for a group at the endpoint it is in VirtualNetwork when the peering says so."""
    subnet = own_subnet(leg)
    prefixes = subnet.prefixes if subnet else ()
    return Side(prefixes, _VNET) if arrival is None else _tagged(prefixes, arrival)


def endpoint_side(arrival: Arrival, *, beside_endpoint: bool) -> Side:
    """The endpoint's address; for a group at the endpoint itself it is always in VirtualNetwork."""
    prefixes = (f"{arrival.address}/32",)
    return Side(prefixes, _VNET) if beside_endpoint else _tagged(prefixes, arrival)


def _tagged(prefixes: tuple[str, ...], arrival: Arrival) -> Side:
    """VirtualNetwork holds peered networks; with `allowVirtualNetworkAccess` off sources disagree (azure-facts 13)."""
    sure = arrival.way.way in (Way.SAME, Way.PEERED)
    return Side(prefixes, _VNET) if sure else Side(prefixes, perhaps=_VNET)


def storage_side(leg: Leg) -> Side:
    """Where layers come from while a registry has no data endpoints of its own (azure-facts 1.4)."""
    return _public(leg, "storage")


def public_side(leg: Leg) -> Side:
    """The registry's public address: in the tags Internet, AzureCloud and AzureContainerRegistry (azure-facts 2.3)."""
    return _public(leg, _ACR)


def _public(leg: Leg, tag: str) -> Side:
    regions: tuple[str, ...] = ()
    if isinstance(leg.registry, Registry):
        regions = (leg.registry.location,) if isinstance(leg.registry.regions, Unknown) else leg.registry.regions
    # which replica answers is Traffic Manager's choice: with several, each regional tag holds it perhaps
    regional = frozenset(f"{name}.{region}" for region in regions for name in (tag, "azurecloud"))
    sure = frozenset({"internet", "azurecloud", tag})
    if len(regions) == 1:
        return Side((), sure | regional)
    return Side((), sure, regional)
