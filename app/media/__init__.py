"""Bytes in, facts and pictures out. Knows no catalog, no drive and no service."""
