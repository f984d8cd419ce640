"""The fault laboratory: what goes wrong between the program and a dialer, made to happen for real.

Every test here starts the real program against a dialer on this machine that does what the test says, over
real connections. Most have two sizes: in the normal tests the seconds are scaled down, `--timeout_secs`
and the gap with them; `make faults` runs those marked `long`, at the size of a real dialer.

- `test_slow_dialers.py`: answers that take long, that drip, or that come after our own time limit.
"""
