"""The vendor's pages, as the strict dialer reads them; nothing of it is the program's."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KEY = "KeyOf+The/Account=1"
USER = "desk & sons"
TRANSACTION = "1717000000123-abc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One version of the vendor's page, as it is read here.

    Attributes:
        path: where requests go.
        key: the form field of the account's key.
        campaign: that of the campaign.
        further: the other fields that must be there but for the rows, and the one value of each.
        settings: the fields that may be there, and the values that each may have.
        most_rows: the most rows a request.
        date: an ExpiryDate.
        name: a Name.
        most_characters: the longest row, written with its headers.
        no_user: what an unknown key is answered.
        confirm: what a request that was taken is answered, by the numbers in it.
    """

    path: str
    key: str
    campaign: str
    most_rows: int
    date: re.Pattern[str]
    no_user: Mapping[str, str]
    confirm: Callable[[Sequence[str]], Mapping[str, Any]]
    further: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    name: re.Pattern[str] = re.compile(r"(?s).*")
    most_characters: int = 10**9


def confirmation(phones: Iterable[str]) -> dict[str, Any]:
    """The documented answer to rows that were taken, in version 1."""
    return {"message": [{"PhoneNumber": p, "Status": "SuccessFully Updated"} for p in phones]}


def queued(_phones: Iterable[str]) -> dict[str, Any]:
    """The documented answer to a request that was taken, in version 4."""
    return {"transactionId": TRANSACTION, "status": "success", "message": "queued successfully"}


PAGE_1 = Page(
    path="/cloudAgentRestAPI/index.php/AddCampaignBulkData/addBulkData/format/json",
    key="api_key",
    campaign="campaign_name",
    most_rows=200,
    date=re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"),
    no_user={"status": "failure", "message": "no user found"},
    confirm=confirmation,
)
PAGE_4 = Page(
    path="/cloudAgentRestAPI/index.php/AddCampaignBulkDataV4/addBulkData/format/json",
    key="apiKey",
    campaign="campaignName",
    further={"userName": USER},
    settings={"action": ("start",), "checkDuplicate": ("true", "false")},
    most_rows=500,
    date=re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    name=re.compile(r"[a-zA-Z0-9_ ().+$%:-]*"),
    most_characters=2000,
    no_user={"status": "error", "message": "Invalid userName or apiKey..."},
    confirm=queued,
)
