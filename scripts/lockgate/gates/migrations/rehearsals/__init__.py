"""What is tried on copies: the way back, the second run, rows of a seed."""
