"""Raw ARM bodies → snapshot facts. Live reads and estate files both come this way."""

from remediator.facts.estate import snapshot_from
from remediator.facts.raw_estate import RawEstate, snapshot_of

__all__ = ["RawEstate", "snapshot_from", "snapshot_of"]
