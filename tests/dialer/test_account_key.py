import copy
import json
import logging
import pickle
import traceback
from dataclasses import asdict

import pytest

from dialer.account_key import AccountKey
from dialer.dialects import V1
from dialer.sending import Terms

TEXT = "K3y+of/the=account"
KEY = AccountKey(TEXT)
TERMS = Terms(V1, KEY, "bulkData", ("PhoneNumber",), 30.0, 60.0)


@pytest.mark.parametrize(
    "shown",
    [
        str(KEY),
        repr(KEY),
        f"{KEY}",
        f"{KEY!s} {KEY!r} {KEY!a} {KEY:>40}",
        "%s %r" % (KEY, KEY),  # noqa: UP031 - logging formats so
        "{0} {0!r:<9}".format(KEY),  # noqa: UP032 - a template of somebody else's
        repr([KEY]),
        repr({"key": KEY}),
        repr(TERMS),
        str(TERMS),
        repr(ValueError(KEY)),
        str(ValueError(KEY)),
        repr(dir(KEY)),
    ],
)
def test_a_key_shows_itself_in_no_text(shown: str) -> None:
    assert TEXT not in shown


def test_a_key_reveals_itself_where_it_is_asked_to() -> None:
    assert KEY.reveal() == TEXT


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_is_in_no_pickle(protocol: int) -> None:
    for what in (KEY, [KEY], TERMS):
        with pytest.raises(TypeError, match="reference"):
            pickle.dumps(what, protocol)


def test_a_key_has_no_copy_and_no_other_form() -> None:
    for change in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="reference"):
            change(KEY)
    with pytest.raises(TypeError, match="reference"):
        asdict(TERMS)
    with pytest.raises(TypeError) as caught:
        json.dumps({"key": KEY})
    assert TEXT not in str(caught.value)
    with pytest.raises(TypeError):
        vars(KEY)


def test_a_key_stands_in_no_stack_trace_though_it_shows_the_local_variables() -> None:
    def fail(key: AccountKey, terms: Terms) -> None:
        raise RuntimeError(f"with {key} on {terms}")

    try:
        fail(KEY, TERMS)
    except RuntimeError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "key = AccountKey(******)" in shown
    assert TEXT not in shown


def test_a_key_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("any").error("a request with %s, %r", KEY, TERMS)
    assert "a request with ******" in caplog.text
    assert TEXT not in caplog.text
