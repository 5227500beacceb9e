"""The product's package: decisions, use cases, adapters, and what binds them."""
