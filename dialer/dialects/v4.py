"""V4, the vendor's "Add Campaign Bulk Data (V4)": it queues a request, and tells of no lead in it.

What became of each is in a callback of the vendor's, which is not heard yet. The page lists one error.
The others are read by V1's words, which come from the same vendor and say what was not taken; whatever
else it says leaves the leads unknown.
"""

from collections.abc import Mapping, Sequence

from dialer.answer_body import Contents
from dialer.dialects.dialect import Dialect, Documented, SaidRow, Setting
from dialer.dialects.v1 import V1
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from dialer.wording import identifier, meaning, says_no
from schemas.row_form import RowForm

_GAP_SECS = 60.0 / 5
_CHECK_DUPLICATE = "checkDuplicate"

_OWN_WORDING = (
    Documented(
        "no_user",
        "error",
        "Invalid userName or apiKey",
        "invalid username or apikey",
        AnswerKind.KEY_REFUSED,
    ),
    Documented(
        "refuse_date",
        "error",
        "ExpiryDate, supports the following format only 'YYYY-MM-DD'",
        "expirydate supports the following format",
        AnswerKind.ROW_REFUSED,
        "date",
    ),
)

_SETTINGS = (
    Setting(
        "--v4_action",
        "action",
        "ACTION",
        "`start`: the dialer starts the campaign once the leads are in it, if it does not run",
        values=("start",),
    ),
    Setting(
        "--v4_check_duplicate",
        _CHECK_DUPLICATE,
        "true|false",
        "have the dialer drop numbers that the campaign has already; nothing says which it dropped",
        values=("true", "false"),
        bare="true",
    ),
)


def read_queued(
    contents: Contents, phones: Sequence[str], *, is_ok: bool, secret: str
) -> tuple[Verdict, ...] | None:
    """Every lead is queued, or none is said to be: see `dialer.dialects.dialect.LeadReader`.

    Taken is what is called a success and has a transaction: without one there is nothing that the
    dialer could be asked about.
    """
    del is_ok  # whatever the HTTP status: nobody but the dialer names a transaction
    transaction = identifier(contents.fields.get("transactionid", ""), secret=secret)
    says_yes = meaning(contents.status or contents.message) is VerdictStatus.DELIVERED
    if not transaction or not says_yes or says_no(contents.message):
        return None
    queued = Verdict(VerdictStatus.DELIVERED, "queued", f"transaction {transaction}")
    return (queued,) * len(phones)


def confirm_queued(
    _rows: Sequence[SaidRow], _is_echoed_whole: bool, transaction_id: str
) -> Mapping[str, object]:
    """The documented answer, which is the same whatever the rows are."""
    return {
        "transactionId": transaction_id,
        "status": "success",
        "message": "queued successfully",
    }


V4 = Dialect(
    name="v4",
    host=V1.host,
    path="/cloudAgentRestAPI/index.php/AddCampaignBulkDataV4/addBulkData/format/json",
    gap_secs=_GAP_SECS,
    max_rows=500,
    key_parameter="apiKey",
    campaign_parameter="campaignName",
    user_parameter="userName",
    settings=_SETTINGS,
    duplicates_parameter=_CHECK_DUPLICATE,
    row_form=RowForm(
        name="v4",
        moments={"ExpiryDate": "%Y-%m-%d"},
        # The page says which letters it means: a-z and A-Z.
        characters={"Name": r"A-Za-z0-9_ ().+$%:\-"},
        most_characters=2000,
    ),
    wording=(*_OWN_WORDING, *V1.wording),
    read_leads=read_queued,
    confirm=confirm_queued,
    answers_by_row=False,
    notice="v4 queues leads and tells of none of them what became of it: `queued` is the last that is"
    " known. It is told the day of an ExpiryDate alone, and may call until that day ends",
)
"""500 rows a request, five requests a minute."""
