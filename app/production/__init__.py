"""Shows and shots: their folders, what is missing in them and what they take up."""
