"""What lies on a disk: walking, file sequences, hashing, sidecars. No database."""
