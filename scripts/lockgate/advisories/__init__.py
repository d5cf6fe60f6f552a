"""Advisories: from OSV, live or from an index on this machine, to answers for pinned versions."""
