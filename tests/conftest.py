"""What holds for every test."""

from hypothesis import HealthCheck, settings

# How long an example takes says more about what else this machine does than about the code.
settings.register_profile("dialfeed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dialfeed")
