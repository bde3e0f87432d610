"""Raw ARM bodies → snapshot facts. Live reads and estate files both come this way."""

from remediator.facts.estate import snapshot_from

__all__ = ["snapshot_from"]
