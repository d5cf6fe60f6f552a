"""Render a verdict for each of its readers."""
