"""The alert rules: their queries bound, run, and held against the health endpoint."""
