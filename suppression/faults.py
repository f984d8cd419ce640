"""What makes a list unusable."""


class ListError(Exception):
    """A list that must not be relied on.

    The text names the list, what is wrong and what to do, and quotes no phone number: a run that
    went on without these entries would call people who asked not to be called.
    """


class CacheUnusable(ListError):
    """The folder that lists are kept in cannot be used; nothing is said of the lists."""
