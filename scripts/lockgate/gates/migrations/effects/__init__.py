"""What was measured, judged: locks, rewrites, reads and rows, with the safe form of each."""
