"""`custom-dns`: the network asks DNS servers of its own, so the zone links that we see here are not what decides.

Where such a server stands and what it forwards cannot be read in Azure: the hop is unknown, nothing is planned
(azure-facts 3.6).
"""

from __future__ import annotations

from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolution import asks_azure_dns, has_private_chain
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Registry, Unknown

ID = "custom-dns"


def judge(leg: Leg) -> Judgement | None:
    """Ok with Azure DNS, and where the name has no private answer anyway; else unknown."""
    registry = leg.registry
    if not isinstance(registry, Registry):
        return None
    if not leg.needs_private and has_private_chain(registry) is False:
        return Judgement(Verdict.OK, "not asked: the name has a public answer only")
    if leg.network is None:
        return Judgement(Verdict.OK, "public DNS answers")
    if isinstance(leg.network, Unknown):
        return Judgement(Verdict.UNKNOWN, leg.network.reason)
    if asks_azure_dns(leg.network):
        return Judgement(Verdict.OK, f"Azure DNS answers for {leg.network.id.name}")
    return _asks_elsewhere(leg, leg.network)


def _asks_elsewhere(leg: Leg, network: Network) -> Judgement:
    servers = ", ".join(network.dns_servers)
    finding = Finding(
        rule=ID,
        target=network.id,
        severity=Severity.UNKNOWN,
        summary=f"{network.id.name} asks its own DNS servers ({servers}); what they answer for {leg.host} is not known",
        evidence=(f"dhcpOptions.dnsServers: {servers}",),
        advice=f"Ask the owner of these servers: they must forward {leg.host.split('.', 1)[-1]} to 168.63.129.16 "
        "from a network that links the private zone.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.UNKNOWN, f"{network.id.name} asks its own DNS servers ({servers})", finding)


RULE = Rule(ID, HopName.RESOLVER, judge)
