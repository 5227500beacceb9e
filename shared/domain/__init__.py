"""DECISIONS: pure, standard library only; no remote, no clock, no randomness."""
