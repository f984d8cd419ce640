"""Whether the do-not-disturb lists may be relied on."""

from transforms.in_process import stopping_at_once
from transforms.lists import ListSettings, ListsUnusable, file_changed_secs, open_screen

_SECS_AN_HOUR = 3600.0


def check_lists(settings: ListSettings, max_age_hours: float | None, wall_secs: float) -> list[str]:
    """Open all lists, and see how old they are.

    Args:
        settings: the lists.
        max_age_hours: how old their files may be; None: any age.
        wall_secs: the present moment.

    Returns:
        Every fault: a list that is missing, no list, without numbers, or too old.
    """
    faults: list[str] = []
    with stopping_at_once():
        try:
            open_screen(settings)
        except ListsUnusable as error:
            faults.extend(error.faults)
        if max_age_hours is not None:
            for name in settings.names:
                faults.extend(_too_old(name, max_age_hours, wall_secs))
    return faults


def _too_old(name: str, max_age_hours: float, wall_secs: float) -> list[str]:
    changed = file_changed_secs(name)
    if changed is None:
        # That it cannot be read is said where it is opened.
        return []
    age_hours = (wall_secs - changed) / _SECS_AN_HOUR
    if age_hours <= max_age_hours:
        return []
    return [
        f"the list {name} is {age_hours:.1f} hours old, more than the {max_age_hours:g} of"
        " --dnd_max_age_hours: fetch it anew"
    ]
