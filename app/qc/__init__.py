"""Sidecars and verdicts: crawling folders, signing assets off, what stands and what became stale."""
