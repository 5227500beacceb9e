"""CLIENT: commands for people, over the app's HTTP API; knows nothing but that API."""
