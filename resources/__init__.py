"""Icons, themes and policies; read through importlib.resources."""
