"""OUTSIDE: one module a remote concern; a remote's vocabulary stays inside."""
