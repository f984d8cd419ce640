"""What stands in for the world on this machine, for the demos, the tests and CI."""
