"""The command line: one module a command group; each maps options to a request, runs it and prints the result."""
