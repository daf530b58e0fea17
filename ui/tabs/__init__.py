"""The tabs. A tab decides what is asked of the engine and shows the answer; it does no work itself."""
