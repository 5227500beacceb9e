"""Stand-ins for the ports, kept true by the contract suites."""
