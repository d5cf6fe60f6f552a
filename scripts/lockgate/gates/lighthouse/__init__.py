"""What a web site's change costs its visitors: bytes, time and barriers, measured in a real browser."""
