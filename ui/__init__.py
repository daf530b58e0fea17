"""The window: views and tabs over the engine. Does no work itself."""

from ui.none_guard import keep_none_alive

keep_none_alive()
