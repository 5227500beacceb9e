"""CLIENT, commands: what a person types; asks, shows and sets the exit code."""
