"""What the catalogue tells about itself: files that lists of hits are written to."""
