"""`docs/troubleshooting.md`: what the code can say, and what to do about it."""
