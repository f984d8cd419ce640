"""The wish to stop: a flag, and where nothing is under way yet, an end at once."""

from schemas.outcome import Source
from transforms.in_process import (
    MESSAGES,
    MessageState,
    is_first_alteration,
    request_stop,
    stop_requested,
    stopping_at_once,
)


def test_a_stop_ends_what_waits_before_anything_is_posted() -> None:
    reached = []

    with stopping_at_once():
        reached.append("before")
        request_stop()
        reached.append("after")

    assert reached == ["before"]
    assert stop_requested()


def test_a_stop_outside_of_it_only_sets_the_flag() -> None:
    with stopping_at_once():
        assert not stop_requested()

    request_stop()

    assert stop_requested()


def test_the_altered_values_of_a_held_message_are_news_once_and_those_of_a_file_always() -> None:
    held, gone = Source.of_message("held", 0), Source.of_message("gone", 0)
    MESSAGES["held"] = MessageState(leads=2)

    assert [is_first_alteration(held) for _ in range(3)] == [True, False, False]
    assert is_first_alteration(Source.of_message("held", 1))
    assert [is_first_alteration(gone), is_first_alteration(gone)] == [True, True]
    assert is_first_alteration(Source.of_record("leads.csv", 1))
