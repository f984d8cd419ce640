"""What the dialer's answer means: a verdict for the request, or for each of its leads.

The dialer's own body decides, whatever the HTTP status; where the body is not the dialer's, the
status does; what neither tells is "no answer", since the leads may have been taken all the same.
Pure: no answer, however strange, raises.
"""

import email.utils
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from dialer.answer_body import Contents, read_body
from dialer.dialects import Dialect
from dialer.exchange import HttpAnswer
from dialer.verdicts import AnswerKind, Reading, RowFault, Verdict, VerdictStatus
from dialer.wording import meaning, quoted, words_of

__all__ = ["AnswerKind", "Reading", "RowFault", "Verdict", "VerdictStatus", "read_answer"]

_MOST_RETRY_AFTER_SECS = 3600.0
_SETUP_STATUSES = frozenset({401, 403, 404, 405, 413})
# A proxy's "request timeout" does not say what stood behind the proxy.
_REQUEST_TIMEOUT = 408


def read_answer(
    http: HttpAnswer, phones: Sequence[str], dialect: Dialect, *, secret: str = ""
) -> Reading:
    """Read an answer.

    Args:
        http: the answer as it came.
        phones: the numbers of the request as sent, in its order; none twice.
        dialect: the version of the API that was spoken.
        secret: the account's key: masked wherever the answer repeats it.
    """
    asked_secs = _retry_after_secs(http)
    contents = read_body(http.body)
    known = dialect.documented(contents.message) if contents else None
    verdicts: tuple[Verdict, ...] | None = None
    fault: RowFault | None = None
    if contents and known is None:
        is_ok = 200 <= http.status < 300
        verdicts = dialect.read_leads(contents, phones, is_ok=is_ok, secret=secret)
    if verdicts is not None:
        kind = AnswerKind.ROWS
    elif contents and known and meaning(contents.status) is not VerdictStatus.DELIVERED:
        kind, fault = known.kind, known.fault
    else:
        kind = _decide(http.status, contents, asks_to_wait=asked_secs is not None)
    words = quoted(_words(http, contents), secret=secret)
    return Reading(kind, verdicts or (), asked_secs or 0.0, words, fault)


def _decide(http_status: int, contents: Contents | None, *, asks_to_wait: bool) -> AnswerKind:
    """The kind of an answer that neither tells of leads nor says what is documented."""
    if http_status == 429 or (http_status == 503 and asks_to_wait):
        return AnswerKind.TOO_SOON
    if http_status in _SETUP_STATUSES:
        return AnswerKind.SETUP_REFUSED
    is_ok = 200 <= http_status < 300
    is_refusal = 400 <= http_status < 500 and http_status != _REQUEST_TIMEOUT
    if contents and words_of(contents.status) == ["failure"] and (is_ok or is_refusal):
        return AnswerKind.ACCOUNT_REFUSED
    return AnswerKind.NO_ANSWER


def _words(http: HttpAnswer, contents: Contents | None) -> str:
    """What to tell the operator of an answer as a whole."""
    if contents is not None and (contents.message or contents.status):
        said = ": ".join(text for text in (contents.status, contents.message) if text)
        return said if http.status == 200 else f"HTTP {http.status}: {said}"
    if contents is not None and contents.rows:
        return "" if http.status == 200 else f"HTTP {http.status}"
    return f"HTTP {http.status} without an answer of the dialer's own"


def _retry_after_secs(http: HttpAnswer) -> float | None:
    """The seconds that a 429 or 503 asks to wait, at most an hour; None: it does not ask.

    A date is counted against the answer's own `Date`; without one it tells no number of seconds.
    """
    asked = http.headers.get("retry-after", "").strip()
    if http.status not in (429, 503) or not asked:
        return None
    if re.fullmatch(r"[0-9]+", asked):
        return min(float(asked), _MOST_RETRY_AFTER_SECS)
    until = _http_date(asked)
    if until is None:
        return None
    sent = _http_date(http.headers.get("date", ""))
    secs = (until - sent).total_seconds() if sent else 0.0
    return min(max(secs, 0.0), _MOST_RETRY_AFTER_SECS)


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # A date "-0000" comes without a zone: it is in UTC too.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
