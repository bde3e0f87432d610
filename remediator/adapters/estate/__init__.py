"""Estate files: raw ARM bodies in a JSON document."""
