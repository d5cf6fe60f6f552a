"""Waivers as acts that are reviewed: written into the configuration, and listed with their end."""
