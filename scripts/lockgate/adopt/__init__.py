"""Adopt Lockgate in a repository: what is there, what its past would have met, what to write."""
