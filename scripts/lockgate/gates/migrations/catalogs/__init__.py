"""What a database's catalog says, and how two of them differ."""
