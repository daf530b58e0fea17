"""The engine. Imports no GUI toolkit."""

__version__ = "0.1.0"
