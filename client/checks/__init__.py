"""CLIENT, checks: whether all is well, as the app tells it."""
