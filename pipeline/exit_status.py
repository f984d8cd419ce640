"""How the program ends, for the shell that started it."""

from typing import Final

EXIT_DONE: Final = 0
"""All that was to be done is done."""

EXIT_PENDING: Final = 1
"""It was stopped, or failed on the way."""

EXIT_NOT_STARTED: Final = 2
"""Nothing was done: an option, a list or a file is not in order."""

EXIT_WITHHELD: Final = 3
"""A check has found leads that would not be sent."""
