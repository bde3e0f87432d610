"""Azure resource ids: parse, compare without case, go to the parent."""

from __future__ import annotations

from dataclasses import dataclass, field

from remediator.core.errors import Rejected


@dataclass(frozen=True, slots=True, eq=False)
class ResourceId:
    """An id in the casing in which Azure gave it; equal to any other casing of itself.

    Events and alerts write `resourcegroups` and lower-case names where bodies say `resourceGroups`
    (azure-facts 5.1), so only `key` may be compared or stored as a key.
    """

    text: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        text = "/" + self.text.strip().strip("/")
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "key", text.lower())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __lt__(self, other: ResourceId) -> bool:
        return self.key < other.key

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ResourceId({self.text!r})"

    @property
    def _parts(self) -> list[str]:
        return self.text.split("/")[1:]

    @property
    def name(self) -> str:
        """The last segment."""
        return self.text.rpartition("/")[2]

    @property
    def subscription(self) -> str:
        """The subscription's GUID, or "" where the id has none."""
        parts = self._parts
        return parts[1] if len(parts) > 1 and parts[0].lower() == "subscriptions" else ""

    @property
    def resource_group(self) -> str:
        """The resource group's name, or "" where the id has none."""
        parts = self._parts
        return parts[3] if len(parts) > 3 and parts[2].lower() == "resourcegroups" else ""

    @property
    def type(self) -> str:
        """The full type, e.g. `Microsoft.Network/privateDnsZones/virtualNetworkLinks`, or "" for a group."""
        at = self.key.rfind("/providers/")
        if at < 0:
            return ""
        tail = self.text[at + len("/providers/") :].split("/")
        return "/".join([tail[0], *tail[1::2]])

    def is_a(self, resource_type: str) -> bool:
        """Whether the type is this one, compared without case."""
        return self.type.lower() == resource_type.lower()

    @property
    def parent(self) -> ResourceId | None:
        """The resource that this one is a child of, None for a resource of its own."""
        return ResourceId(self.text.rsplit("/", 2)[0]) if self.type.count("/") > 1 else None

    def child(self, kind: str, name: str) -> ResourceId:
        """The id of a child resource, e.g. `.child("subnets", "snet-pe")`."""
        return ResourceId(f"{self.text}/{kind}/{name}")

    def within(self, ancestor: ResourceId) -> bool:
        """Whether this is `ancestor` or lies below it."""
        return self.key == ancestor.key or self.key.startswith(ancestor.key + "/")


def parse_resource_id(text: str) -> ResourceId:
    """A full resource id from outside; `Rejected` when it is not one."""
    rid = ResourceId(text)
    if not rid.subscription or not rid.type or "//" in rid.text or len(rid.text) > 2048:
        raise Rejected(
            "bad-resource-id",
            f"{text[:200]!r} is not the id of an Azure resource",
            hint="it looks like /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.…/<type>/<name>",
        )
    return rid


def resource_id(subscription: str, group: str, resource_type: str, *names: str) -> ResourceId:
    """Build an id from its parts: one name for each level of the type."""
    provider, *kinds = resource_type.split("/")
    tail = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return ResourceId(f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{tail}")
