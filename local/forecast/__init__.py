"""LOCAL, forecast: `make forecast`; works nothing out itself."""
