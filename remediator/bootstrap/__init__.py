"""Settings → Runtime: the only package that chooses adapters."""
