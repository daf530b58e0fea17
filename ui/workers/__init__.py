"""Threads of the window: jobs and queries. Their signals reach the window's thread through Qt's queue."""
