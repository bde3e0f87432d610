"""Azure: reads through one raw ARM pipeline, writes through the typed clients, errors in our own words."""
