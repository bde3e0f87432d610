"""Edit in place: the smallest edit of the code that declares a network already (ADR 10, docs/in-place.md)."""
