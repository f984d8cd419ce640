"""What every test of the steps needs."""

from tests.fresh_process import fresh_process

__all__ = ["fresh_process"]
