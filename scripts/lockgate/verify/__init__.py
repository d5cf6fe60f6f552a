"""Tell a caller whether the commit that they pinned is a release of the toolkit, and what it runs."""
