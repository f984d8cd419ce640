"""What a version of the dialer's API is: how a request is spelled, its limits, and its answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote_plus

import orjson

from dialer.answer_body import Contents
from dialer.verdicts import AnswerKind, RowFault, Verdict
from dialer.wording import words_of
from schemas.row_form import ANY_ROW, RowForm

BULK_PARAMETER = "bulkData"
"""The parameter of the rows; the oldest page of the vendor spells it `BulkData`."""

USER_OPTION = "--api_user"
"""What the command line calls the account's user, in every version that asks for one."""

Row = Sequence[object]
"""The values of one lead in the order of the names; None where the lead lacks one."""

SaidRow = tuple[Mapping[str, object], str]
"""A row that the simulator was sent, by name, and what it says of it; empty: it takes it."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Documented:
    """A message that the vendor documents for a request as a whole.

    Attributes:
        name: what fault plans and the simulator's log call it.
        status: the status that it comes with.
        message: the message as documented.
        phrase: the words in it that tell it from others, in lower case.
        kind: what it means.
        fault: the row's fault that it names, if it names one.
    """

    name: str
    status: str
    message: str
    phrase: str
    kind: AnswerKind
    fault: RowFault | None = None

    @property
    def body(self) -> dict[str, str]:
        """The answer's body, as documented."""
        return {"status": self.status, "message": self.message}


@dataclass(frozen=True, slots=True)
class Setting:
    """A form field of one version's own that the operator may set.

    Attributes:
        option: what the command line calls it.
        parameter: the name of the form field.
        metavar: what stands for its value in the help.
        help: what it does.
        values: those that it may have.
        bare: the value that the option stands for where none is given; empty: it needs one.
    """

    option: str
    parameter: str
    metavar: str
    help: str
    values: tuple[str, ...]
    bare: str = ""


class LeadReader(Protocol):
    """Reads what an answer says of each lead."""

    def __call__(
        self, contents: Contents, phones: Sequence[str], *, is_ok: bool, secret: str
    ) -> tuple[Verdict, ...] | None:
        """The verdicts, in the order of the request; None: it does not say.

        Args:
            contents: the answer, which holds no documented message.
            phones: the numbers of the request as sent; none twice.
            is_ok: whether its HTTP status is one of success.
            secret: the account's key, to be masked in details.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
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
        user_parameter: the name of the form field that holds the account's user; empty: it has none.
        settings: further form fields that the operator may set.
        duplicates_parameter: the one of them that, when it is "true", makes the dialer drop numbers
            that it has; empty: there is none.
        row_form: what it takes in a row, beyond what the lead schema says.
        wording: the messages that tell of a whole request; of two with one name the simulator says
            the first.
        read_leads: how an answer that took leads is read.
        answers_by_row: whether that answer tells of each lead; else the request is taken as a whole.
        confirm: what the simulator answers to rows that it has judged: they, whether rows are to be
            echoed whole, and the transaction's id.
        notice: what an operator should know of it when a job starts; empty: nothing.
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
    read_leads: LeadReader
    confirm: Callable[[Sequence[SaidRow], bool, str], Mapping[str, object]]
    answers_by_row: bool
    user_parameter: str = ""
    settings: tuple[Setting, ...] = ()
    duplicates_parameter: str = ""
    row_form: RowForm = field(default=ANY_ROW)
    notice: str = ""
    content_type: str = "application/x-www-form-urlencoded"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its form fields, but for that of the rows."""
        own = (self.key_parameter, self.campaign_parameter, self.user_parameter)
        return tuple(filter(None, (*own, *(setting.parameter for setting in self.settings))))

    @property
    def own_options(self) -> tuple[str, ...]:
        """The options of the command line that not every version has."""
        user = (USER_OPTION,) if self.user_parameter else ()
        return (*user, *(setting.option for setting in self.settings))

    @property
    def account_options(self) -> str:
        """Where the operator has said whose account it is, in words."""
        user = f"the user that {USER_OPTION} names or " if self.user_parameter else ""
        return f"{user}the key that --api_key names"

    def documented(self, text: str) -> Documented | None:
        """The documented message that a text holds, if it holds one."""
        padded = f" {' '.join(words_of(text))} "
        return next((known for known in self.wording if f" {known.phrase} " in padded), None)

    def refusal(self, name: str) -> Documented:
        """The documented message of that name."""
        return next(known for known in self.wording if known.name == name)

    def encode(
        self,
        key: str,
        campaign: str,
        names: Sequence[str],
        rows: Sequence[Row],
        bulk_parameter: str = BULK_PARAMETER,
        *,
        parameters: Sequence[tuple[str, str]] = (),
    ) -> bytes:
        """The form body of a request.

        Args:
            key: the account's key.
            campaign: the campaign that the leads are added to.
            names: the fields, in the order of the rows' values.
            rows: the leads. A field that no row has is left out; where only some lack it, theirs is
                sent as an empty text. Half a surrogate pair is sent as U+FFFD.
            bulk_parameter: the name of the form field that holds the rows.
            parameters: further form fields, by name and value.

        Returns:
            The body, ASCII bytes.
        """
        fields = {
            self.key_parameter: key.encode(errors="replace"),
            self.campaign_parameter: _whole_text(campaign).encode(),
            **{name: value.encode() for name, value in parameters},
            bulk_parameter: _bulk_json(names, rows),
        }
        return "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in fields.items()).encode()


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
