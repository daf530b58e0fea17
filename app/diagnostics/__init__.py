"""External programs: which are there, what is limited without the others, and how to get them."""
