"""CLIENT, forecasts: what runs and restores will take, as the app tells it."""
