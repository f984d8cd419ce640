"""The do-not-disturb lists of a job: whether they may be relied on, and what is said of them."""

from dialer.clock import Clock, SystemClock
from pipeline import terminal
from pipeline.figures import duration, size_text
from pipeline.suppression_report import CATEGORY_NAMES
from suppression.kept_lists import KeptList
from transforms.in_process import stopping_at_once
from transforms.list_place import ListPlace
from transforms.lists import ListSettings, ListsUnusable, open_screen
from transforms.live_lists import LiveScreen

_PATIENCE_SECS = 5.0
_LOOK_SECS = 0.1
# A list that was put in its place just now is as good as whole; no word is lost over that.
_SAID_SECS = 3.0
_MOST_WAITED_SECS = 60.0


def check_lists(
    settings: ListSettings, clock: Clock | None = None, *, are_relied_on: bool = True
) -> list[str]:
    """Open all lists, and see how old they are.

    Args:
        settings: the lists.
        clock: tells the time; None: this machine's clocks.
        are_relied_on: whether leads will be sent by them: then one that is being written is waited
            for, since half a list has half its numbers.

    Returns:
        Every fault: a list that is missing, no list, without numbers, or too old.
    """
    clock = clock or SystemClock()
    with stopping_at_once():
        if are_relied_on:
            faults = [fault for name in settings.names if (fault := _await_whole(name, clock))]
            if faults:
                return faults
        try:
            open_screen(settings, clock=clock, watch=_Patience(clock).tell)
        except ListsUnusable as error:
            return list(error.faults)
    return []


def _await_whole(name: str, clock: Clock) -> str:
    """Wait for a list that is being written; the fault: that goes on and on. Empty: there is none."""
    place = ListPlace(name)
    began_secs = clock.now().boot_secs
    is_said = False
    while True:
        try:
            is_settled = place.stamp().is_settled(clock.now().wall_secs)
        except OSError:
            return ""  # that it cannot be read is said where it is opened
        waited_secs = clock.now().boot_secs - began_secs
        if is_settled:
            return ""
        if waited_secs > _MOST_WAITED_SECS:
            return (
                f"the list {name} is being written all the time, and half of it would be relied on:"
                " give the command again when it is whole, or write new versions under another name"
                " and rename them"
            )
        if waited_secs > _SAID_SECS and not is_said:
            is_said = True
            terminal.say(f"the list {name} is being written: waiting until it is whole")
        clock.sleep(_LOOK_SECS)


class _Patience:
    """Says now and then how far a list that takes long has been read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due_boot_secs = clock.now().boot_secs + _PATIENCE_SECS

    def tell(self, name: str, read_bytes: int, numbers: int) -> None:
        now = self._clock.now().boot_secs
        if now >= self._due_boot_secs:
            self._due_boot_secs = now + _PATIENCE_SECS
            found = f", {numbers:,} numbers" * bool(numbers)
            terminal.say(f"reading the list {name}: {size_text(read_bytes)}{found} so far")


def say_lists(settings: ListSettings, screen: LiveScreen, clock: Clock) -> None:
    """Say which do-not-disturb lists hold."""
    now_secs = clock.now().wall_secs
    for kept in screen.kept:
        terminal.say(f"do-not-disturb list: {_described(kept, settings.category, now_secs)}")
    if settings.category is not None:
        about = CATEGORY_NAMES[settings.category - 1]
        terminal.say(f"the campaign is of category {settings.category} ({about})")
    if not settings.names:
        terminal.say("no do-not-disturb list was given: nothing is screened (see --dnd)")


def _described(kept: KeptList, category: int | None, now_secs: float) -> str:
    info = kept.index.info
    parts = [str(kept.index)]
    if kept.dated_secs is not None:
        whose = "its file's" if info.date_secs is None else "its own"
        age = duration(max(0.0, now_secs - kept.dated_secs))
        parts.append(f"{age} old by {whose} date")
    if category is not None and info.has_categories:
        parts.append(f"{info.blocked[category - 1]:,} of them blocked for category {category}")
    elif category is not None:
        parts.append("it names no categories: whatever is on it is blocked")
    return "; ".join(parts)
