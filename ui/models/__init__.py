"""Item models over pages of the catalogue."""
