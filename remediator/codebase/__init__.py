"""How does a plan stand in the code that owns the network? Text in, text out; no repository is reached from here.

`draft` is the one that others call. `generated` writes folders of our own, `in_place` edits what a repository declares.
"""
