"""Read and write SARIF 2.1.0."""
