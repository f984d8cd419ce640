"""What is promised for each fault at each moment of a request, and the test that shows it.

docs/guarantees.md has the same table, and a test holds the two equal: `python -m tests.faults.matrix`
prints it. Each cell is a test of its own: it brings a request to that moment, lets the fault happen,
and compares what the dialer saw, the ledger holds and the outcomes say with the cell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Moment(StrEnum):
    """How far a request has come.

    The connection stands before the claim is made, so that no claim is spent on a dialer that is away.
    """

    BEFORE_CLAIM = "before the claim"
    AFTER_CLAIM = "after the claim"
    CONNECTING = "while connecting"
    BODY_LEFT = "after the body left"
    TAKEN = "after the dialer took it"
    ANSWERED = "after the answer"
    BEFORE_DURABLE = "before the answer is durable"
    AFTER_DURABLE = "after it is durable"


class Promise(StrEnum):
    """What becomes of the leads of the request that the fault meets."""

    DELIVERED = "delivered once"
    UNKNOWN = "unknown, never again"
    AGAIN = "not sent, goes again"
    LATER = "goes later"
    NEVER = "cannot happen"


STOPS = "stops, resumable"

MEANINGS: Mapping[str, str] = {
    Promise.DELIVERED: "this request brings its leads, no other does, and their outcomes say so",
    Promise.UNKNOWN: "nobody can know what the dialer did; their outcomes say so, and no request"
    " carries them again",
    Promise.AGAIN: "the slot is answered *not sent*, and one later request brings its leads",
    Promise.LATER: "no slot was used; one later request brings the leads",
    STOPS: "the program ends with 1 and says why; once that is put right, the same command finishes",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What is promised.

    Attributes:
        promise: what becomes of the leads.
        stops: whether the program ends by itself.
        why: why it cannot happen, where it cannot.
    """

    promise: Promise
    stops: bool = False
    why: str = ""

    def __str__(self) -> str:
        """As it stands in the table."""
        if self.why:
            return f"{self.promise}: {self.why}"
        return f"{self.promise}; {STOPS}" if self.stops else str(self.promise)


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, at every moment.

    Attributes:
        fault: the fault.
        test: the test, below tests/; the moment is its parameter.
        cells: what is promised, by moment.
        more: further tests of the fault, below tests/: in other places, or at random moments.
    """

    fault: str
    test: str
    cells: Mapping[Moment, Cell]
    more: tuple[str, ...] = ()

    def __getitem__(self, moment: Moment) -> Cell:
        """The cell of a moment."""
        return self.cells[moment]

    @property
    def moments(self) -> list[Moment]:
        """Those at which it can happen."""
        return [at for at, cell in self.cells.items() if cell.promise is not Promise.NEVER]

    def tests(self) -> list[str]:
        """The tests of its cells, by their names."""
        return [f"{self.test}[{moment}]" for moment in self.moments]


_DELIVERED = Cell(Promise.DELIVERED)
_UNKNOWN = Cell(Promise.UNKNOWN)
_AGAIN = Cell(Promise.AGAIN)
_LATER = Cell(Promise.LATER)


def _stops(cell: Cell) -> Cell:
    return Cell(cell.promise, stops=True)


def _cells(
    *,
    before_claim: Cell,
    after_claim: Cell,
    connecting: Cell,
    body_left: Cell,
    taken: Cell,
    answered: Cell,
    before_durable: Cell,
    after_durable: Cell = _DELIVERED,
) -> Mapping[Moment, Cell]:
    return {
        Moment.BEFORE_CLAIM: before_claim,
        Moment.AFTER_CLAIM: after_claim,
        Moment.CONNECTING: connecting,
        Moment.BODY_LEFT: body_left,
        Moment.TAKEN: taken,
        Moment.ANSWERED: answered,
        Moment.BEFORE_DURABLE: before_durable,
        Moment.AFTER_DURABLE: after_durable,
    }


_AS_IF_NOTHING = dict.fromkeys(Moment, _DELIVERED)

_LOST_ONCE_CLAIMED = _cells(
    before_claim=_LATER,
    after_claim=_UNKNOWN,
    connecting=_LATER,
    body_left=_UNKNOWN,
    taken=_UNKNOWN,
    answered=_UNKNOWN,
    before_durable=_UNKNOWN,
)

_TOO_LATE_ONCE_READ = {
    **_AS_IF_NOTHING,
    Moment.BEFORE_CLAIM: _AGAIN,
    Moment.AFTER_CLAIM: _AGAIN,
}

KILLED = Row(
    "process killed (SIGKILL), and started again",
    "faults/test_killed.py::test_killed",
    _LOST_ONCE_CLAIMED,
    (
        "faults/test_killed.py::test_killed_with_the_ledger_on_a_disk",
        "faults/test_events_killed.py::test_killed_while_it_delivers_events",
        "program/test_kill.py::test_killed_at_random_moments_it_loses_nothing_and_posts_nothing_twice",
        "dialer/test_race.py::test_processes_that_are_killed_and_stopped_keep_the_promise",
        "dialer/test_bucket_race.py::test_processes_that_are_killed_and_stopped_keep_the_promise_in_a_bucket",
    ),
)

STOPPED = Row(
    "process stopped and continued, within its time limits",
    "faults/test_stopped.py::test_stopped_for_a_moment",
    _AS_IF_NOTHING,
)

STOPPED_LONG = Row(
    "process stopped and continued, beyond its time limits",
    "faults/test_stopped.py::test_stopped_for_longer_than_a_request_may_take",
    _cells(
        before_claim=_AGAIN,
        after_claim=_AGAIN,
        connecting=_DELIVERED,
        body_left=_UNKNOWN,
        taken=_UNKNOWN,
        answered=_UNKNOWN,
        before_durable=_DELIVERED,
    ),
    (
        "dialer/test_delivery.py::test_the_machine_may_sleep_between_claim_and_send_without_sending_late",
        "program/test_events_two_programs.py::"
        "test_killed_and_frozen_at_random_two_programs_lose_nothing_and_post_nothing_twice",
    ),
)

CUT = Row(
    "connection cut",
    "faults/test_line.py::test_the_line_is_cut",
    _cells(
        before_claim=_AGAIN,
        after_claim=_AGAIN,
        connecting=_LATER,
        body_left=_UNKNOWN,
        taken=_UNKNOWN,
        answered=_DELIVERED,
        before_durable=_DELIVERED,
    ),
    (
        "dialer/test_client.py::test_a_connection_reset_in_the_middle_of_the_request_may_have_taken_it",
        "program/test_answers.py::test_what_was_sent_and_not_answered_is_unknown_and_all_else_is_delivered",
    ),
)

TIMEOUT = Row(
    "timeout: what is waited for takes too long",
    "faults/test_line.py::test_it_takes_too_long",
    _cells(
        before_claim=_AGAIN,
        after_claim=_AGAIN,
        connecting=_LATER,
        body_left=_UNKNOWN,
        taken=_UNKNOWN,
        answered=Cell(Promise.NEVER, why="nothing more is waited for"),
        before_durable=_DELIVERED,
    ),
    ("dialer/test_client.py::test_an_answer_that_drips_is_given_up_at_the_deadline",),
)

FULL = Row(
    "disk full",
    "faults/test_disk.py::test_the_disk_is_full",
    _cells(
        before_claim=_stops(_LATER),
        after_claim=_stops(_DELIVERED),
        connecting=_stops(_LATER),
        body_left=_stops(_DELIVERED),
        taken=_stops(_DELIVERED),
        answered=_stops(_DELIVERED),
        before_durable=_stops(_DELIVERED),
        after_durable=_stops(_DELIVERED),
    ),
    (
        "program/test_disk_full.py::test_a_disk_that_fills_up_stops_the_run_and_costs_no_lead",
        "program/test_disk_full.py::test_a_disk_full_from_the_start_means_that_nothing_is_begun",
    ),
)

_BARRED = _cells(
    before_claim=_stops(_LATER),
    after_claim=_stops(_UNKNOWN),
    connecting=_stops(_LATER),
    body_left=_stops(_UNKNOWN),
    taken=_stops(_UNKNOWN),
    answered=_stops(_UNKNOWN),
    before_durable=_stops(_UNKNOWN),
    after_durable=_stops(_DELIVERED),
)

UNWRITABLE = Row(
    "ledger unwritable from then on",
    "faults/test_disk.py::test_the_ledger_is_unwritable",
    _BARRED,
    ("dialer/test_store.py::test_a_file_that_could_not_be_synced_is_never_seen",),
)

HOUR_AHEAD = Row(
    "wall clock set forward by an hour",
    "faults/test_wall_clock.py::test_set_forward_by_an_hour",
    _TOO_LATE_ONCE_READ,
)
DAYS_AHEAD = Row(
    "wall clock set forward by three days",
    "faults/test_wall_clock.py::test_set_forward_by_three_days",
    _TOO_LATE_ONCE_READ,
    ("program/test_events_clock.py::test_the_window_for_duplicates_goes_by_the_wall_clock",),
)
HOUR_BACK = Row(
    "wall clock set back by an hour",
    "faults/test_wall_clock.py::test_set_back_by_an_hour",
    _AS_IF_NOTHING,
)
DAYS_BACK = Row(
    "wall clock set back by three days",
    "faults/test_wall_clock.py::test_set_back_by_three_days",
    _AS_IF_NOTHING,
)

ERRORS = Row(
    "store answers errors for a moment",
    "faults/test_bucket.py::test_the_store_answers_errors_for_a_moment",
    _AS_IF_NOTHING,
)

BARRED = Row(
    "store answers errors from then on",
    "faults/test_bucket.py::test_the_store_refuses_everything",
    _BARRED,
    (
        "dialer/test_bucket_store.py::test_a_store_that_is_gone_leaves_a_write_open_and_fails_the_rest",
    ),
)

LIES = Row(
    "store lies about its own retry of the next write",
    "faults/test_bucket.py::test_the_store_denies_what_it_has_written",
    _AS_IF_NOTHING,
    (
        "dialer/test_bucket_store.py::"
        "test_the_ledger_knows_its_own_claim_and_answer_again_whatever_the_client_reports",
    ),
)

MATRIX = (
    KILLED,
    STOPPED,
    STOPPED_LONG,
    CUT,
    TIMEOUT,
    FULL,
    UNWRITABLE,
    HOUR_AHEAD,
    DAYS_AHEAD,
    HOUR_BACK,
    DAYS_BACK,
    ERRORS,
    BARRED,
    LIES,
)


def as_markdown(rows: Iterable[Row] = MATRIX) -> str:
    """The table, and what its words mean, as docs/guarantees.md has them."""
    head = ["fault", *Moment, "shown by"]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        file, _, name = row.test.partition("::")
        lines.append(_line([row.fault, *map(str, row.cells.values()), f"`{name}` in `{file}`"]))
    meanings = [f"- *{word}*: {meaning}." for word, meaning in MEANINGS.items()]
    return "\n".join([*lines, "", *meanings])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(as_markdown())  # noqa: T201 - it is there to be printed
