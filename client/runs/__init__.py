"""CLIENT, runs: asked for, watched and told."""
