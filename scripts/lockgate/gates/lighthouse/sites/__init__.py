"""Which sites and pages are judged, both sides' builds of them, and the servers that answer for them."""
