"""The order of things: one verb per file, and `advance`, which calls them."""
