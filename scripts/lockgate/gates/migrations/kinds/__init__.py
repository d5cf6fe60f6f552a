"""The kinds of migrations, a module each."""
