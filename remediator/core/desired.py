"""What should be there: the declared private-link state, from a document or, without one, from our defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from remediator.core.code_home import CodeHome, DocumentHome
from remediator.core.resource_id import ResourceId


class Way(StrEnum):
    """How an approved plan reaches Azure, from the boldest way to the most careful one.

    `BOTH` makes the changes now and lets the code follow. `INTENDED` changes the desired state instead of Azure; it is
    one person's answer to a drift and cannot be declared or asked for.
    """

    DIRECT = "direct"
    BOTH = "both"
    PULL_REQUEST = "pull-request"
    INTENDED = "intended"
    REPORT = "report"


class Decision(StrEnum):
    """What the policy says of a plan."""

    AUTO = "auto"
    ASK = "ask"
    FORBID = "forbid"


_REGISTRIES = "Microsoft.ContainerRegistry/registries"


@dataclass(frozen=True, slots=True)
class EndpointPlacement:
    """Where a private endpoint for consumers of one network goes; None leaves the choice to the plan."""

    subnet: ResourceId
    resource_group: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who may decide on plans for a registry: Entra object ids, group object ids, app roles or mail names."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan may be and do; a plan beyond one of these is asked for or forbidden."""

    auto_kinds: frozenset[str] = frozenset()
    max_changes: int = 12
    max_registries: int = 100
    max_deletes: int = 0
    changes_per_hour: int = 60
    changes_per_hour_in_subscription: int | None = None
    approvals: int = 1
    approval_hours: int = 24
    allow_sku_upgrade: bool = False
    max_opening_minutes: int = 60
    allow_restart: bool = False
    allow_connection_approval_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RegistryIntent:
    """The declared state of one registry. None means "not declared": it is then neither checked nor changed."""

    match: str = "*"
    public_network_access: str | None = "Disabled"
    default_action: str | None = "Deny"
    ip_rules: tuple[str, ...] | None = ()
    bypass: str | None = None
    private_path: bool = True
    records: str = "zone-group"
    zone: ResourceId | None = None
    placements: tuple[EndpointPlacement, ...] = ()
    resolution_policy: str | None = None
    approvers: Approvers = field(default_factory=Approvers)
    way: Way = Way.DIRECT
    code: CodeHome | None = None

    @property
    def public_by_intent(self) -> bool:
        """Whether the document says that anyone may pull over the public name."""
        return (self.public_network_access or "").lower() == "enabled" and (
            self.default_action or ""
        ).lower() == "allow"

    @property
    def allow_list(self) -> bool:
        """Whether the document chooses address rules instead of a private path."""
        enabled = (self.public_network_access or "").lower() == "enabled"
        return enabled and (self.default_action or "").lower() == "deny" and not self.private_path


@dataclass(frozen=True, slots=True)
class ProbeJob:
    """A job that somebody has put into an environment so that it can be looked at from inside."""

    environment: ResourceId
    job: ResourceId


@dataclass(frozen=True, slots=True)
class DesiredState:
    """The whole document; `declared` is False when there is none and the defaults stand. `home` is where it is kept.

    Without a document broken paths are mended after asking, and posture drifts are reported with an empty
    remedy: nobody's registry is closed because nobody wrote a document (house, section 6).
    """

    declared: bool = False
    registries: tuple[RegistryIntent, ...] = (RegistryIntent(),)
    limits: Limits = field(default_factory=Limits)
    subscriptions: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    probes: tuple[ProbeJob, ...] = ()
    home: DocumentHome | None = None

    def probe_in(self, environment: ResourceId) -> ResourceId | None:
        """The job that looks from inside an environment, None where nobody has named one."""
        return next((probe.job for probe in self.probes if probe.environment == environment), None)

    def excludes(self, resource: ResourceId | None) -> bool:
        """Whether it is to be left alone: a registry by its name, anything by its id or that of what it lies in."""
        while resource is not None and self.exclude:
            for named in self.exclude:
                if named.startswith("/"):
                    if resource.within(ResourceId(named)):
                        return True
                elif resource.is_a(_REGISTRIES) and resource.name.lower() == named.lower():
                    return True
            resource = resource.parent
        return False

    def intent_for(self, registry: ResourceId) -> RegistryIntent:
        """The first entry that names the registry by id, name or `*`; an undeclared registry is left alone."""
        for intent in self.registries:
            wanted = intent.match.lower()
            if wanted in ("*", registry.key, registry.name.lower()):
                return intent
        return RegistryIntent(
            match=registry.text,
            public_network_access=None,
            default_action=None,
            ip_rules=None,
            records="any",
        )
