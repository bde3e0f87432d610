"""What may stand in a desired-state document, and what does it mean? The models at the edge, and their way into core.

Used by `desired_yaml.py` only, which finds the lines. A field that is left out of a registry's entry is not declared:
it is neither checked nor changed. The exception is `privatePath`, which is required unless the document says otherwise.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from remediator.adapters.local.desired_code import CodePart, HomePart, Part
from remediator.core.change import ChangeKind
from remediator.core.code_home import CodeHome
from remediator.core.desired import (
    Approvers,
    DesiredState,
    EndpointPlacement,
    Limits,
    ProbeJob,
    RegistryIntent,
    Way,
)
from remediator.core.errors import Rejected
from remediator.core.policy import NEVER_AUTO
from remediator.core.resource_id import ResourceId, parse_resource_id

REGISTRY = "Microsoft.ContainerRegistry/registries"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
ZONE = "Microsoft.Network/privateDnsZones"
ENVIRONMENT = "Microsoft.App/managedEnvironments"
JOB = "Microsoft.App/jobs"
AUTOMATIC = tuple(sorted(kind.value for kind in ChangeKind if kind not in NEVER_AUTO))
BYPASS = {"allowed": "AzureServices", "denied": "None"}

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GROUP_ID = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+", re.IGNORECASE)
_GROUP_NAME = re.compile(r"[\w.()-]{1,90}(?<!\.)")  # learn: naming rules of Azure resources
_REGISTRY_NAME = re.compile(r"[A-Za-z0-9-]{5,63}")  # 5-50, longer with a domain name label
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_TEAM = re.compile(r"teams:[A-Za-z0-9][A-Za-z0-9._-]{0,49}", re.ASCII)


def _id_of(resource_type: str, text: str) -> str:
    try:
        rid = parse_resource_id(text)
    except Rejected as error:
        raise ValueError(f"{error.message}: {error.hint}") from error
    if not rid.is_a(resource_type):
        raise ValueError(f"the id of a {rid.type}; one of a {resource_type} is wanted")
    return rid.text


def _guid(text: str) -> str:
    if not _GUID.fullmatch(text):
        raise ValueError("not a subscription id (8-4-4-4-12 hex digits)")
    return text.lower()


def _match(text: str) -> str:
    if text == "*" or _REGISTRY_NAME.fullmatch(text):
        return text
    if not text.startswith("/"):
        raise ValueError('neither "*" nor the name (5 letters and more) or id of a registry')
    return _id_of(REGISTRY, text)


def _address_rule(text: str) -> str:
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise ValueError(f"not an IPv4 address or range ({error}); registries take no others") from error
    return str(network.network_address) if network.prefixlen == 32 else str(network)


def _kind(text: str) -> str:
    if text in NEVER_AUTO:
        raise ValueError(f"{text} always needs a person and cannot be automatic")
    if text not in AUTOMATIC:
        raise ValueError(f"no such change; one of {', '.join(AUTOMATIC)}")
    return text


def _group(text: str) -> str:
    if not _GROUP_ID.fullmatch(text) and not _GROUP_NAME.fullmatch(text):
        raise ValueError("neither the name nor the id of a resource group")
    return text


def _excluded(text: str) -> str:
    if text.startswith("/"):
        if not _GROUP_ID.fullmatch(text):
            _id_of(ResourceId(text).type or "resource", text)
    elif not _REGISTRY_NAME.fullmatch(text):
        raise ValueError("neither the name of a registry nor the id of a resource or resource group")
    return text


def _recipient(text: str) -> str:
    if not _MAIL.fullmatch(text) and not _TEAM.fullmatch(text):
        raise ValueError("neither a mail address nor a team (teams:NAME)")
    return text


Subscription = Annotated[str, AfterValidator(_guid)]
SubnetId = Annotated[str, AfterValidator(lambda text: _id_of(SUBNET, text))]
ZoneId = Annotated[str, AfterValidator(lambda text: _id_of(ZONE, text))]
EnvironmentId = Annotated[str, AfterValidator(lambda text: _id_of(ENVIRONMENT, text))]
JobId = Annotated[str, AfterValidator(lambda text: _id_of(JOB, text))]
Named = Annotated[str, Field(min_length=1)]
Recipient = Annotated[str, AfterValidator(_recipient)]


class EndpointPart(Part):
    """Where a private endpoint for consumers of one network goes."""

    subnet: SubnetId = Field(description="Id of the subnet.")
    resource_group: Annotated[str, AfterValidator(_group)] | None = Field(
        default=None, description="Name (in the subnet's subscription) or id; left out: the subnet's own group."
    )

    def placement(self) -> EndpointPlacement:
        """As core has it."""
        subnet = ResourceId(self.subnet)
        group = self.resource_group
        if group is not None and not group.startswith("/"):
            group = f"/subscriptions/{subnet.subscription}/resourceGroups/{group}"
        return EndpointPlacement(subnet, ResourceId(group) if group else None)


class ApproversPart(Part):
    """Who may decide."""

    users: tuple[Named, ...] = Field(default=(), description="Entra object ids of people.")
    groups: tuple[Named, ...] = Field(default=(), description="Entra object ids of groups.")
    roles: tuple[Named, ...] = Field(default=(), description="App roles of the approval site.")


class RegistryPart(Part):
    """The declared state of the registries that `match` names; what is left out is not declared."""

    match: Annotated[str, AfterValidator(_match)] = Field(
        description='Name or id of a registry, or "*" for all others.'
    )
    public_network_access: Literal["Enabled", "Disabled"] | None = Field(
        default=None, description="`publicNetworkAccess` of the registry."
    )
    default_action: Literal["Allow", "Deny"] | None = Field(
        default=None, description="`networkRuleSet.defaultAction` of the registry."
    )
    ip_rules: tuple[Annotated[str, AfterValidator(_address_rule)], ...] | None = Field(
        default=None, description="All address rules of the registry: IPv4 addresses or ranges; [] for none."
    )
    trusted_services: Literal["allowed", "denied"] | None = Field(
        default=None, description="Whether trusted Azure services pass the firewall. Container Apps is not one."
    )
    private_path: Literal["required", "not-required"] = Field(
        default="required", description="Whether every app that names the registry needs a whole private pull path."
    )
    records: Literal["zone-group", "by-hand", "any"] = Field(
        default="any", description="Who keeps the DNS records of the endpoints."
    )
    zone: ZoneId | None = Field(default=None, description="Id of the private DNS zone for the records.")
    endpoints: tuple[EndpointPart, ...] = Field(default=(), description="Where private endpoints go, by network.")
    resolution_policy: Literal["Default", "NxDomainRedirect"] | None = Field(
        default=None, description="Resolution policy of network links that are created."
    )
    approvers: ApproversPart = Field(default=ApproversPart(), description="Who may decide on plans.")
    notify: tuple[Recipient, ...] = Field(
        default=(), description="Who is asked and told: mail addresses, and teams as teams:NAME."
    )
    way: Literal["direct", "both", "pull-request", "report"] = Field(
        default="direct", description="How an approved plan reaches Azure."
    )
    code: str | None = Field(default=None, description="Where its network is declared: a name in `code`.")

    def intent(self, code: Mapping[str, CodeHome]) -> RegistryIntent:
        """As core has it; `code` holds the homes by their names."""
        who = self.approvers
        return RegistryIntent(
            match=self.match,
            public_network_access=self.public_network_access,
            default_action=self.default_action,
            ip_rules=self.ip_rules,
            bypass=BYPASS[self.trusted_services] if self.trusted_services else None,
            private_path=self.private_path == "required",
            records=self.records,
            zone=ResourceId(self.zone) if self.zone else None,
            placements=tuple(part.placement() for part in self.endpoints),
            resolution_policy=self.resolution_policy,
            approvers=Approvers(who.users, who.groups, who.roles, self.notify),
            way=Way(self.way),
            code=code[self.code] if self.code is not None else None,
        )


class LimitsPart(Part):
    """What a plan may be and do."""

    automatic: tuple[Annotated[str, AfterValidator(_kind)], ...] = Field(
        default=(), description="Kinds of change that need nobody's approval."
    )
    max_changes: int = Field(default=12, ge=1, le=100, description="A plan with more changes is forbidden.")
    max_registries: int = Field(
        default=100, ge=1, le=1000, description="A plan that changes more registries is forbidden."
    )
    max_deletes: int = Field(default=0, ge=0, le=100, description="A plan with more deletions is forbidden.")
    changes_per_hour: int = Field(default=60, ge=1, le=1000, description="Changes beyond it wait, over all plans.")
    changes_per_hour_in_subscription: int | None = Field(
        default=None, ge=1, le=1000, description="As changesPerHour, in each subscription; left out: no such limit."
    )
    approvals: int = Field(default=1, ge=1, le=10, description="How many people must approve.")
    approval_hours: int = Field(default=24, ge=1, le=720, description="How long a request for approval stands.")
    allow_sku_upgrade: bool = Field(default=False, description="Whether a registry may be made Premium, which costs.")
    max_opening_minutes: int = Field(
        default=60, ge=0, le=1440, description="How long an approver's own address may be let in; 0: never."
    )
    allow_restart: bool = Field(
        default=False, description="Whether a revision whose replica waits for its image may be restarted afterwards."
    )
    approve_connections_from: tuple[Subscription, ...] = Field(
        default=(), description="Subscriptions whose pending endpoints may be approved on the registry's side."
    )

    def limits(self) -> Limits:
        """As core has it."""
        return Limits(
            auto_kinds=frozenset(self.automatic),
            max_changes=self.max_changes,
            max_registries=self.max_registries,
            max_deletes=self.max_deletes,
            changes_per_hour=self.changes_per_hour,
            changes_per_hour_in_subscription=self.changes_per_hour_in_subscription,
            approvals=self.approvals,
            approval_hours=self.approval_hours,
            allow_sku_upgrade=self.allow_sku_upgrade,
            max_opening_minutes=self.max_opening_minutes,
            allow_restart=self.allow_restart,
            allow_connection_approval_in=frozenset(self.approve_connections_from),
        )


class ProbePart(Part):
    """A job through which an environment is looked at from inside, after changes were made."""

    environment: EnvironmentId = Field(description="Id of the Container Apps environment.")
    job: JobId = Field(description="Id of a manual Container Apps job in that environment.")

    def probe(self) -> ProbeJob:
        """As core has it."""
        return ProbeJob(ResourceId(self.environment), ResourceId(self.job))


class DesiredDocument(Part):
    """The declared private-link state of container registries."""

    api_version: Literal["remediator/v1"] = Field(description="Version of this format.")
    kind: Literal["DesiredState"] = Field(description="What the document is.")
    subscriptions: tuple[Subscription, ...] = Field(
        default=(), description="Subscriptions to look at; left out: those of the settings."
    )
    exclude: tuple[Annotated[str, AfterValidator(_excluded)], ...] = Field(
        default=(), description="Registries (by name), resources or resource groups (by id) to leave alone."
    )
    limits: LimitsPart = Field(default=LimitsPart(), description="What a plan may be and do.")
    probes: tuple[ProbePart, ...] = Field(
        default=(), description="Jobs that look from inside an environment, one for each environment at most."
    )
    code: tuple[CodePart, ...] = Field(
        default=(), description="Repositories in which the networks of registries are declared."
    )
    home: HomePart | None = Field(default=None, description="Where this document itself is kept.")
    registries: tuple[RegistryPart, ...] = Field(
        default=(), description="One entry for each registry, the first that matches counts."
    )

    def desired(self) -> DesiredState:
        """As core has it."""
        code = {part.name: part.home() for part in self.code}
        return DesiredState(
            declared=True,
            registries=tuple(part.intent(code) for part in self.registries),
            limits=self.limits.limits(),
            subscriptions=self.subscriptions,
            exclude=self.exclude,
            probes=tuple(part.probe() for part in self.probes),
            home=self.home.home() if self.home else None,
        )
