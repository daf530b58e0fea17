"""What is known of media without a catalogue: documents of files and sequences, differences, structure."""
