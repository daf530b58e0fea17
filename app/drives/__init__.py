"""Drives as things: what says that one is the same again."""
