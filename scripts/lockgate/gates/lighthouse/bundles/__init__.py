"""What each page's files weigh, from the build directory alone, and what a change adds to them, and why."""
