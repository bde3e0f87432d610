"""What are the queues called? Named here for the trigger that reads them and for whoever sends.

A module of its own, because triggers are indexed at each cold start and must load nothing else for a name.
"""

WORK = "remediator-work"
POISON = f"{WORK}-poison"  # where the Functions host puts what failed at every delivery
SWEEP = "remediator-sweep"  # the parts of a pass over everything
