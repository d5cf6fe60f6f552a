"""Run the quality gates of a change and give one verdict."""

__version__ = "0.1.0"
