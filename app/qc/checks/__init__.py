"""The checks that a policy can name, one file a family."""
