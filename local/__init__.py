"""LOCAL: the whole thing on one machine; the product does not know this room."""
