"""A real browser that measures pages: node, Chrome, Lighthouse, one run at a time."""
