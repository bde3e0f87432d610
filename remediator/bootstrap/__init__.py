"""Settings → Runtime: the only package that chooses adapters. Doors call `build`, or a part of it for a single look."""

from remediator.bootstrap.access import reader
from remediator.bootstrap.assembly import build
from remediator.bootstrap.declared import desired_states
from remediator.bootstrap.environment import settings
from remediator.bootstrap.runtime import Runtime

__all__ = ["Runtime", "build", "desired_states", "reader", "settings"]
