"""How old a list is, and whether it may be relied on."""

from suppression.kept_lists import KeptList

_SECS_AN_HOUR = 3600.0
# The clocks of two machines, and the zones of two people, are not further apart.
_MOST_AHEAD_SECS = 86_400.0


def age_fault(kept: KeptList, max_age_hours: float | None, wall_secs: float) -> str:
    """Say what is wrong with a list's age.

    Args:
        kept: the list.
        max_age_hours: how old it may be; None: any age, and any date.
        wall_secs: the present moment, seconds since 1970.

    Returns:
        A sentence; empty: nothing is wrong.
    """
    if max_age_hours is None:
        return ""
    name = kept.index.name
    if kept.dated_secs is None:
        return (
            f"the list {name} has no date of its own, and where it is kept nobody says when it was"
            " changed: give it a comment such as # date: 2026-01-31, or leave out"
            " --dnd_max_age_hours"
        )
    age_hours = (wall_secs - kept.dated_secs) / _SECS_AN_HOUR
    if age_hours > max_age_hours:
        return (
            f"the list {name} is {age_hours:.1f} hours old, more than the {max_age_hours:g} of"
            " --dnd_max_age_hours: fetch it anew"
        )
    if wall_secs - kept.dated_secs < -_MOST_AHEAD_SECS:
        return (
            f"the list {name} is dated {-age_hours:.1f} hours in the future, so that its age cannot"
            " be known: correct its date, or leave out --dnd_max_age_hours"
        )
    return ""
