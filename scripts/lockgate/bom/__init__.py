"""Bills of materials: made of what is locked, written, read, validated, scored and compared."""
