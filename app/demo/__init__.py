"""Makes a small media library and walks through it: what a new user sees first."""
