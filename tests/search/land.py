"""A built estate and where its parts are, so that a fault knows what it breaks: `building` fills it."""

from __future__ import annotations

from dataclasses import dataclass, field

from remediator.core.desired import DesiredState
from tests.estate_builder import EstateBuilder
from tests.search.shape import NetworkShape, RegistryShape, Shape

PathKey = tuple[str, str]


@dataclass(eq=False)
class Net:
    """A network. `asks` is the network whose zone links decide what this one resolves."""

    id: str
    name: str
    octet: int
    sub: str
    group: str
    region: str
    shape: NetworkShape
    endpoints: str
    infra: list[str] = field(default_factory=list)
    hub: Net | None = None
    asks: Net = None  # type: ignore[assignment]
    area: Area = None  # type: ignore[assignment]
    egress: str = ""
    dns_server: str = ""

    @property
    def place(self) -> dict[str, str]:
        """Where its resources are made."""
        return {"sub": self.sub, "group": self.group}

    def address(self, third: int, last: int) -> str:
        """An address of the network."""
        return f"10.{self.octet}.{third}.{last}"


@dataclass(eq=False)
class Area:
    """Networks that one set of endpoints and one zone serve."""

    nets: list[Net]
    home: Net
    zone: str = ""
    zone_place: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Reg:
    """A registry and its endpoints; `endpoints` maps areas to endpoint ids, `far` is one that nobody here reaches."""

    shape: RegistryShape
    id: str
    name: str
    host: str
    regions: tuple[str, ...]
    regional: dict[str, str] = field(default_factory=dict)
    endpoints: dict[Area, str] = field(default_factory=dict)
    far: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def private(self) -> bool:
        """Whether only private traffic may pull."""
        return self.shape.access == "closed"


@dataclass(eq=False)
class Pull:
    """One pull path: who, from which network (None: Microsoft's), over which name, with which identity."""

    consumer: str
    environment: str
    net: Net | None
    registry: Reg
    host: str
    region: str
    principal: str = ""
    subnet: str = ""

    @property
    def key(self) -> PathKey:
        """The key of the pull path that a diagnosis gives it."""
        return (self.consumer.lower(), self.host)

    @property
    def endpoint(self) -> str:
        """The endpoint that serves it, "" where it is not private."""
        area = self.net.area if self.net else None
        return self.registry.endpoints.get(area, "") if area else ""


@dataclass(eq=False)
class Land:
    """Everything that was built."""

    shape: Shape
    builder: EstateBuilder
    desired: DesiredState = field(default_factory=DesiredState)
    nets: list[Net] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    registries: list[Reg] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    assignments: dict[PathKey, str] = field(default_factory=dict)
    spared: int = 0

    def spare_octet(self) -> int:
        """The second number of a range that no network has, another one each time."""
        self.spared += 1
        return 99 + self.spared

    @property
    def private_pulls(self) -> list[Pull]:
        """The pulls that arrive over an endpoint."""
        return [pull for pull in self.pulls if pull.endpoint]

    def record_names(self, endpoint: str) -> dict[str, str]:
        """The record names of an endpoint, each with its address."""
        nic = self.builder.get(self.builder.get(endpoint)["properties"]["networkInterfaces"][0]["id"])
        found = {}
        for part in nic["properties"]["ipConfigurations"]:
            held = part["properties"]
            for host in held["privateLinkConnectionProperties"]["fqdns"]:
                found[host.removesuffix("." + self.builder.suffix)] = held["privateIPAddress"]
        return found
