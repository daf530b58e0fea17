"""What a librarian does with drives besides scanning them: describe, lend, mark, forget, ask after their health."""
