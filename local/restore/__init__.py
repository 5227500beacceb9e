"""LOCAL, restore: `make restore` and `make drift`; hold no logic of a restore."""
