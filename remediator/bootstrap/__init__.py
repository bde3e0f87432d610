"""Settings → Runtime: the only package that chooses adapters. Doors call `build`, or a part of it for a single look."""

from remediator.bootstrap.access import reader
from remediator.bootstrap.assembly import build
from remediator.bootstrap.declared import desired_states
from remediator.bootstrap.environment import settings
from remediator.bootstrap.remote import remote
from remediator.bootstrap.runtime import Runtime
from remediator.bootstrap.stopped import stopped

__all__ = ["Runtime", "build", "desired_states", "reader", "remote", "settings", "stopped"]
