"""`remediator demo`: the first incident, end to end, on this machine, with nothing played."""
