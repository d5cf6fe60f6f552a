"""What is locked, read from lock files and never by running anything."""
