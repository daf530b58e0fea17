"""The local HTTP API: read-only unless it is told otherwise."""
