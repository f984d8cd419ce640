"""Measurements, not tests: `make bench`. Ratios inside one run count; single times vary by machine."""
