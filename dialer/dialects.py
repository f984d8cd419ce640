"""How a request is spelled in each version of the dialer's API, and its limits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

import orjson

from dialer.wording import V1_WORDING, Documented

BULK_PARAMETER = "bulkData"
"""The parameter of the rows; the oldest page of the vendor spells it `BulkData`."""

Row = Sequence[object]
"""The values of one lead in the order of the names; None where the lead lacks one."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version of the API.

    Attributes:
        name: what `--api` calls it.
        host: the vendor's own host, where no other is given.
        path: where requests go on the dialer's host.
        gap_secs: the seconds that the vendor asks for between two requests.
        max_rows: the most rows that one request may carry.
        key_parameter: the name of the form field that holds the account's key.
        campaign_parameter: the name of the form field that holds the campaign.
        wording: the messages that its documentation lists for a whole request.
        content_type: how the body is marked.
    """

    name: str
    host: str
    path: str
    gap_secs: float
    max_rows: int
    key_parameter: str
    campaign_parameter: str
    wording: tuple[Documented, ...]
    content_type: str = "application/x-www-form-urlencoded"

    def encode(
        self,
        key: str,
        campaign: str,
        names: Sequence[str],
        rows: Sequence[Row],
        bulk_parameter: str = BULK_PARAMETER,
    ) -> bytes:
        """The form body of a request.

        Args:
            key: the account's key.
            campaign: the campaign that the leads are added to.
            names: the fields, in the order of the rows' values.
            rows: the leads. A field that no row has is left out; where only some lack it, theirs is
                sent as an empty text. Half a surrogate pair is sent as U+FFFD.
            bulk_parameter: the name of the form field that holds the rows.

        Returns:
            The body, ASCII bytes.
        """
        fields = {
            self.key_parameter: key.encode(errors="replace"),
            self.campaign_parameter: _whole_text(campaign).encode(),
            bulk_parameter: _bulk_json(names, rows),
        }
        return "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in fields.items()).encode()


V1 = Dialect(
    name="v1",
    host="in1-ccaas-api.ozonetel.com",
    path="/cloudAgentRestAPI/index.php/AddCampaignBulkData/addBulkData/format/json",
    gap_secs=30.0,
    max_rows=200,
    key_parameter="api_key",
    campaign_parameter="campaign_name",
    wording=V1_WORDING,
)
"""The vendor's "Add Campaign Bulk Data", first version: 200 rows every 30 seconds."""

DIALECTS = {dialect.name: dialect for dialect in (V1,)}
"""By the name that `--api` takes."""


def _bulk_json(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    columns = [any(value is not None for value in column) for column in zip(*rows, strict=True)]
    kept = [place for place, is_kept in enumerate(columns) if is_kept]
    data = [["" if row[place] is None else row[place] for place in kept] for row in rows]
    header = [names[place] for place in kept]
    try:
        return orjson.dumps({"map": header, "data": data})
    except orjson.JSONEncodeError:
        # orjson refuses half a surrogate pair, as a JSON lead may hold one (half an emoji).
        cleaned = [[_whole_text(v) if isinstance(v, str) else v for v in row] for row in data]
        return orjson.dumps({"map": header, "data": cleaned})


def _whole_text(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
