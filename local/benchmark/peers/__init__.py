"""LOCAL, benchmark: what people use instead of this app, over the same server."""
