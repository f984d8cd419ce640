"""Fuzzing of everything that reads bytes which somebody else has written.

What is fuzzed is in `targets.py`; what each target checks, beyond that nothing is raised that its
callers do not expect, is said in its own module: `answers`, `lead_files`, `lists`, `ledgers`.

- The normal tests (`test_targets.py`) play back each target's samples, the inputs in `corpus/` (those
  that once broke something, and those that reach far into the code) and some hundred mutations that are
  the same each time.
- `make fuzz` looks for new ones: with atheris, which watches the code that an input reaches, where it is
  installed; else with the same mutations, drawn anew. What breaks something is added to `corpus/`, so the
  normal tests fail until it is mended. `python -m tests.fuzz --distil` adds some of what reached far.
"""
