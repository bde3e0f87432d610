"""Case files, leases, quarantine and the global stop: everything that lasts, over any `ports.Rows`."""
