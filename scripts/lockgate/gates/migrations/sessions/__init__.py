"""How migrations are applied and watched: SQL by our own session, tools by listening to the server."""
