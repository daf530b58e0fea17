"""Bringing a shard up to date with its drive."""
