"""Reusable pieces of the window. They know no engine: each is fed plain values and answers with signals."""
