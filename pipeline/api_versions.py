"""What the versions of the API differ in, in the words of a help text."""

from dialer.dialects import DEFAULT, DIALECTS


def shown_gaps() -> str:
    """The gap of each version of the API, in words."""
    return ", ".join(f"{each.gap_secs:g} for {each.name}" for each in DIALECTS.values())


def shown_limits() -> str:
    """The most rows of each version of the API, in words."""
    return ", ".join(f"{each.max_rows} for {each.name}" for each in DIALECTS.values())


def shown_versions() -> str:
    """The versions of the API, by name."""
    names = (f"{name} (default)" if name == DEFAULT.name else name for name in DIALECTS)
    return ", ".join(names)


def shown_users() -> str:
    """The versions of the API that ask for the account's user."""
    return ", ".join(each.name for each in DIALECTS.values() if each.user_parameter)
