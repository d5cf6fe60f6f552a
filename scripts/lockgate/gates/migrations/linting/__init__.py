"""squawk, for what no server shows."""
