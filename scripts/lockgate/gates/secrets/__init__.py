"""Secret scanning: detect-secrets' detectors, and our own for the tokens that it misses."""
