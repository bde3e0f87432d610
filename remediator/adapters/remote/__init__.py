"""A remediator that runs elsewhere."""
