"""Expand and contract: what a change takes away, and where the base's code still uses it."""
