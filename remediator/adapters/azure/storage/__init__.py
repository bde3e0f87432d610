"""Azure Storage: rows on Tables and wake-ups on Queues, with an identity or a connection string.

`bootstrap` builds the parts; the storage SDKs are imported at the first call that needs them.
"""
