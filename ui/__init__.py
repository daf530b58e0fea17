"""The window: views and tabs over the engine. Does no work itself."""
