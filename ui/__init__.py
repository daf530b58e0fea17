"""The window: views and tabs over the engine. Does no work itself."""

from ui.refcounts import keep_singletons_alive

keep_singletons_alive()
