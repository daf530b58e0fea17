"""Typed settings: every default beside its field, and where each value comes from.

`values` holds the sections, `fields` what a field may hold, `dotenv` reads `.env` files, `loading` puts the layers
together (option, environment, `.env`, settings file, default), `saving` changes the file.
"""

from app.settings.fields import Reason
from app.settings.loading import LoadedSettings, Problem, load_settings, renewed
from app.settings.saving import set_value
from app.settings.values import Api, Log, Performance, Qc, Robust, Scan, Search, Settings, Tools, Window

__all__ = [
    "Api",
    "LoadedSettings",
    "Log",
    "Performance",
    "Problem",
    "Qc",
    "Reason",
    "Robust",
    "Scan",
    "Search",
    "Settings",
    "Tools",
    "Window",
    "load_settings",
    "renewed",
    "set_value",
]
