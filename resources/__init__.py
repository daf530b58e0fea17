"""Icons, themes and other data that the fronts read through importlib.resources. No code."""
