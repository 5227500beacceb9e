"""LOCAL: the Functions host around the real Python worker; knows no product."""
