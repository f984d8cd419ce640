"""V1, the vendor's "Add Campaign Bulk Data" in its first version: it answers row by row.

The vendor has announced its end. Sources are that page's parameters, notes and table of errors.
"""

from collections.abc import Mapping, Sequence

from dialer.answer_body import Contents
from dialer.answer_rows import judge_leads
from dialer.dialects.dialect import Dialect, Documented, SaidRow
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from dialer.wording import meaning

_PHONE = "PhoneNumber"
_TAKEN = "SuccessFully Updated"

_WORDING = (
    Documented(
        "too_soon",
        "error",
        "Already one process is running please try after some time",
        "already one process is running",
        AnswerKind.TOO_SOON,
    ),
    Documented("no_user", "failure", "no user found", "no user found", AnswerKind.ACCOUNT_REFUSED),
    Documented(
        "no_campaign",
        "error",
        "please provide campaign details",
        "please provide campaign details",
        AnswerKind.ACCOUNT_REFUSED,
    ),
    Documented(
        "bad_data",
        "failure",
        "Please provide valid data",
        "please provide valid data",
        AnswerKind.DATA_REFUSED,
    ),
    Documented(
        "refuse_dnd",
        "FAIL",
        "PhoneNumber Added is a DND Number",
        "dnd number",
        AnswerKind.ROW_REFUSED,
        "dnd",
    ),
    Documented(
        "refuse_priority",
        "error",
        "Priority, supports only numeric value or the value is not passed properly",
        "priority supports only numeric value",
        AnswerKind.ROW_REFUSED,
        "priority",
    ),
    Documented(
        "refuse_date",
        "error",
        # The quote stays open on the page.
        "ExpiryDate, supports the following format only 'YYYY-MM-DD HH:MM:SS",
        "expirydate supports the following format",
        AnswerKind.ROW_REFUSED,
        "date",
    ),
)


def read_rows(
    contents: Contents, phones: Sequence[str], *, is_ok: bool, secret: str
) -> tuple[Verdict, ...] | None:
    """A verdict a lead by the answer's rows: see `dialer.dialects.dialect.LeadReader`.

    A success without rows leaves every lead unknown.
    """
    has_rows = any(row and (row.has_phone_field or is_ok) for row in contents.rows)
    says_yes = meaning(contents.status or contents.message) is VerdictStatus.DELIVERED
    is_bare = says_yes or (contents.is_empty_list and not contents.status)
    if has_rows or (is_ok and is_bare):
        return judge_leads(contents.rows, phones, secret=secret)
    return None


def confirm_rows(
    rows: Sequence[SaidRow], is_echoed_whole: bool, _transaction_id: str
) -> Mapping[str, object]:
    """The documented answer: an object a row; the oldest page echoes every field, and has `status`."""
    return {"message": [_confirmed(lead, says or _TAKEN, is_echoed_whole) for lead, says in rows]}


def _confirmed(lead: Mapping[str, object], says: str, is_echoed_whole: bool) -> dict[str, object]:
    phone = lead[_PHONE] or None
    if is_echoed_whole:
        return {**lead, _PHONE: phone, "status": says}
    if phone is None:
        return {**lead, _PHONE: phone, "Status": says}
    return {_PHONE: phone, "Status": says}


V1 = Dialect(
    name="v1",
    host="in1-ccaas-api.ozonetel.com",
    path="/cloudAgentRestAPI/index.php/AddCampaignBulkData/addBulkData/format/json",
    gap_secs=30.0,
    max_rows=200,
    key_parameter="api_key",
    campaign_parameter="campaign_name",
    wording=_WORDING,
    read_leads=read_rows,
    confirm=confirm_rows,
    answers_by_row=True,
)
"""200 rows a request, and 30 seconds between two of them."""
