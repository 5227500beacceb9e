"""CLIENT, history: what the backup holds, and held."""
