"""What every test of the program needs."""

from tests.fresh_process import fresh_process

__all__ = ["fresh_process"]
