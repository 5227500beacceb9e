"""USE CASES: ports in, ports out; they decide the order of things."""
