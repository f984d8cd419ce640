"""The wish to stop: a flag, and where nothing is under way yet, an end at once."""

from transforms.in_process import request_stop, stop_requested, stopping_at_once


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
