"""One folder per outside system; each maps its errors to ours, and only `bootstrap` chooses among them."""
