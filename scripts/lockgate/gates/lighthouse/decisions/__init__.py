"""Whether a page has become slower, from runs that differ among themselves: statistics and nothing else."""
