"""Static analysis: bandit for Python, oxlint with security plugins for JavaScript and TypeScript."""
