"""The things the product talks about, as frozen values. No I/O."""
