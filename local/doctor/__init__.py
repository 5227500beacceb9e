"""LOCAL, doctor: `make doctor`; holds no check."""
