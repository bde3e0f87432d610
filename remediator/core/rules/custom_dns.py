"""`custom-dns`: the network asks DNS servers of its own, so the links of another network are what decides.

Inbound endpoints, rulesets and servers inside a known network are followed; where others stand and what they forward
cannot be read in Azure: the hop is unknown, nothing is planned (azure-facts 3.6).
"""

from __future__ import annotations

from remediator.core.cloud import registry_suffix_of
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolution import has_private_chain
from remediator.core.resolver import Resolver, asks_azure_dns, resolver_for
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Registry, Unknown

ID = "custom-dns"


def judge(leg: Leg) -> Judgement | None:
    """Ok where the query can be followed, or the name has no private answer anyway; broken in public; else unknown."""
    registry = leg.registry
    if not isinstance(registry, Registry):
        return None
    if not leg.needs_private and has_private_chain(registry) is False and len(leg.silent_servers) < 2:
        return Judgement(Verdict.OK, "not asked: the name has a public answer only")
    if leg.network is None:
        return Judgement(Verdict.OK, "public DNS answers")
    if isinstance(leg.network, Unknown):
        return Judgement(Verdict.UNKNOWN, leg.network.reason)
    resolver = resolver_for(leg.snapshot, leg.network, leg.host)
    if leg.silent_server is not None:
        return None  # the peering is what is wrong
    if isinstance(resolver, Unknown):
        return _not_followed(leg, leg.network, resolver)
    if resolver.network is None:
        return _in_public(leg, leg.network, resolver)
    if not resolver.through:
        return Judgement(Verdict.OK, f"Azure DNS answers for {leg.network.id.name}")
    taken = ", taken to forward to Azure DNS there" if resolver.assumed else ""
    way = ", then ".join(resolver.through)
    return Judgement(Verdict.OK, f"{leg.network.id.name} asks {way}, answered as in {resolver.network.name}{taken}")


def _not_followed(leg: Leg, network: Network, why: Unknown) -> Judgement:
    if asks_azure_dns(network) and not _forwarded(leg, network):
        return Judgement(Verdict.UNKNOWN, why.reason)
    servers = ", ".join(network.dns_servers) or "those of a forwarding ruleset"
    finding = Finding(
        rule=ID,
        target=network.id,
        severity=Severity.UNKNOWN,
        summary=f"{network.id.name} asks its own DNS servers ({servers}); what they answer for {leg.host} is not known",
        evidence=(f"dhcpOptions.dnsServers: {', '.join(network.dns_servers) or 'none'}", why.reason),
        advice=f"Ask the owner of these servers: they must forward {_public_zone(leg)} to 168.63.129.16 "
        "from a network that links the private zone.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.UNKNOWN, f"{network.id.name} asks its own DNS servers ({servers})", finding)


def _forwarded(leg: Leg, network: Network) -> bool:
    rulesets = leg.snapshot.rulesets
    return not isinstance(rulesets, Unknown) and any(network.id in one.networks for one in rulesets.values())


def _in_public(leg: Leg, network: Network, resolver: Resolver) -> Judgement | None:
    """A public resolver never sees a private zone: broken where only a private path can work."""
    servers = ", then ".join(resolver.through)
    detail = f"{network.id.name} asks {servers}, which answers in public"
    if not leg.needs_private:
        return Judgement(Verdict.OK, detail)
    finding = Finding(
        rule=ID,
        target=network.id,
        severity=Severity.BROKEN,
        summary=f"{network.id.name} asks public DNS ({servers}), which sees no private zone, so {leg.host} ends at a "
        "public address",
        evidence=(f"dhcpOptions.dnsServers: {', '.join(network.dns_servers) or 'none'}",),
        advice="Let the network ask Azure DNS, or servers that forward to it: the DNS servers of a network are its "
        "owner's decision. Running environments notice the change after a restart.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


def _public_zone(leg: Leg) -> str:
    return registry_suffix_of(leg.host) or leg.host.split(".", 1)[-1]


RULE = Rule(ID, HopName.RESOLVER, judge)
