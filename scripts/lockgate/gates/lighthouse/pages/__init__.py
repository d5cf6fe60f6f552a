"""What one run of a page shows against the base's: accessibility, requests, third parties, growth."""
