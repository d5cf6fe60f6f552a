"""What is known to be wrong with the components that the lock files of a tree name."""
