"""What the files say without being run: merged migrations, numbers, graphs; and drift."""
