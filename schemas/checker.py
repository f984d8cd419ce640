"""The one authority on whether a record is a lead, and on every value that is sent of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from schemas.cells import read_text
from schemas.columns import Columns
from schemas.field_readers import reader_of
from schemas.lead_field import FieldType, LeadField, Role
from schemas.lead_schema import LeadSchema
from schemas.phones import PhoneNumber, PhoneReader
from schemas.row_form import ANY_ROW, RowFitter, RowForm
from schemas.row_phone import PhoneStep
from schemas.row_values import FieldFault, FieldStep, first_value
from schemas.wall_clock import WallTime

_MAX_PLANS: Final = 256
_MAX_PLAN_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class CheckedLead:
    """A record that is a lead.

    Attributes:
        campaign: The campaign that calls it.
        phone: The national digits, as they are sent.
        e164: The country code and the national digits, as one number.
        values: A value for each of the schema's `sent_names`; None where the lead lacks it.
        expires_at: When it expires, in seconds since 1970 in UTC, if it does.
        do_not_call: Whether the record itself says not to call.
        note: What a person should know about how it was read.
        altered: How many of the values are not as they were read, for characters that the dialer
            does not take.
    """

    campaign: str
    phone: str
    e164: int
    values: tuple[object | None, ...]
    expires_at: float | None
    do_not_call: bool
    note: str | None
    altered: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is no lead.

    Attributes:
        reason: One of the reasons of an invalid record: that of the first fault in the schema's
            order.
        detail: Every fault: the field, what was read, what is right.
        campaign: The campaign, where it could be read.
        phone: The national digits, where they could be read.
    """

    reason: str
    detail: str
    campaign: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How records with certain columns are read.

    Attributes:
        steps: one a field, in the schema's order.
        campaign_columns: those that name the campaign, the preferred first.
        twins: columns that share their letters and digits.
    """

    steps: tuple[FieldStep | PhoneStep, ...]
    campaign_columns: tuple[str, ...]
    twins: tuple[tuple[str, ...], ...]


class LeadChecker:
    """Checks records against a lead schema.

    Args:
        schema: What a lead is.
        zone: The dialer's zone, in which wall clocks are read.
        campaign: The campaign of all leads, or None where a column names it.
        campaign_field: The column that names each lead's campaign, or None; matched like any
            column, by letters and digits.
        form: What the dialer takes in a row, beyond what the schema says.

    Attributes:
        phones: Reads phone cells.
        expiry_name: The name of the field after whose moment a lead is not called, or None.
        campaign: The campaign of all leads, or None.
        form: What the dialer takes in a row.
        fitter: Brings rows into that form.
    """

    def __init__(
        self,
        schema: LeadSchema,
        *,
        zone: ZoneInfo,
        campaign: str | None,
        campaign_field: str | None,
        form: RowForm = ANY_ROW,
    ) -> None:
        if (campaign is None) == (campaign_field is None):
            raise ValueError("exactly one of campaign and campaign_field must be given")
        self._schema = schema
        self.campaign = campaign
        self._campaign_field = campaign_field
        self.phones = PhoneReader(schema.region, schema.phone.types, schema.phone.pattern)
        self._readers = {
            field.name: reader_of(field, zone, form)
            for field in schema.fields
            if field.role is not Role.PHONE
        }
        self.expiry_name = schema.expiry.name if schema.expiry is not None else None
        self.form = form
        texts = [f.name for f in schema.fields if f.type is FieldType.STRING and f.logical is None]
        self.fitter = RowFitter(form, schema.sent_names, texts)
        self._plans: dict[tuple[str, ...], Plan] = {}

    def check(self, fields: Mapping[str, object]) -> CheckedLead | Refusal:
        """Check one record.

        A field is read from the first of its columns that is not empty (the phone: see
        `PhoneStep`; do-not-call: any column that says so counts). Where all are empty or missing,
        the schema's default stands in.

        Args:
            fields: The record: a cell for each column, text in CSV, anything in JSON. A tuple
                holds the differing cells of columns whose header stands more than once.
        """
        plan = self.plan(tuple(fields))
        if plan.twins:
            fields = _with_twins_joined(fields, plan.twins)
        values: list[object] = []
        faults: list[FieldFault] = []
        phone: PhoneNumber | None = None
        expires_at: float | None = None
        do_not_call = False
        for step in plan.steps:
            value = step.value(fields)
            if type(value) is FieldFault:
                faults.append(value)
            elif type(value) is PhoneNumber:
                phone = value
                values.append(value.national)
            elif type(value) is WallTime:
                values.append(value.text)
                if step.field.name == self.expiry_name:
                    expires_at = value.epoch_secs
            elif step.field.role is Role.DO_NOT_CALL:
                do_not_call = do_not_call or value is True
            else:
                values.append(value)
        campaign = self.campaign
        if campaign is None:
            named = self._campaign_of(fields, plan.campaign_columns)
            if isinstance(named, FieldFault):
                faults.append(named)
            else:
                campaign = named
        if faults or phone is None or campaign is None:
            return _refusal(faults, campaign, phone)
        altered = self.fitter.fit(values)
        # A row that asks not to be called is never sent, however long it is, and must be heard.
        excess = None if do_not_call else self.fitter.excess(values)
        if excess is not None:
            return _refusal([FieldFault("field_invalid", excess)], campaign, phone)
        return CheckedLead(
            campaign=campaign,
            phone=phone.national,
            e164=phone.e164,
            values=tuple(values),
            expires_at=expires_at,
            do_not_call=do_not_call,
            note=phone.note,
            altered=altered,
        )

    def plan(self, names: tuple[str, ...]) -> Plan:
        """Return how records with these columns are read."""
        plan = self._plans.get(names)
        if plan is None:
            plan = self._new_plan(names)
            # Records of one file share their columns; those of others may each have their own.
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            if sum(map(len, names)) <= _MAX_PLAN_CHARACTERS:
                self._plans[names] = plan
        return plan

    def _new_plan(self, names: Sequence[str]) -> Plan:
        twins = Columns(names).twins()
        later = {name for same in twins for name in same[1:]}
        columns = Columns(name for name in names if name not in later)
        steps = tuple(self._step(field, columns.feeding(field)) for field in self._schema.fields)
        named = columns.named(self._campaign_field) if self._campaign_field is not None else ()
        return Plan(steps, named, twins)

    def _step(self, field: LeadField, columns: tuple[str, ...]) -> FieldStep | PhoneStep:
        if field.role is Role.PHONE:
            return PhoneStep(field, columns, self.phones)
        step = FieldStep.of(field, columns, self._readers[field.name])
        return replace(step, default=self.fitter.fitted(field.name, step.default))

    def _campaign_of(
        self, fields: Mapping[str, object], columns: Sequence[str]
    ) -> str | FieldFault:
        name = self._campaign_field
        value = first_value(fields, columns, read_text)
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, FieldFault):
            return FieldFault(value.reason, f"{name}: {value.detail}")
        missing = "is empty" if columns else "the record has no such column"
        return FieldFault("field_invalid", f"{name}: {missing}; right is the name of a campaign")


def _with_twins_joined(
    fields: Mapping[str, object], twins: Sequence[Sequence[str]]
) -> dict[str, object]:
    """Return a record with the cells of twin columns as those of a header that stands twice."""
    joined = dict(fields)
    for same in twins:
        cells: list[object] = []
        for name in same:
            cell = joined.pop(name) if name != same[0] else joined[name]
            cells += cell if type(cell) is tuple else (cell,)
        joined[same[0]] = tuple(cells)
    return joined


def _refusal(
    faults: Sequence[FieldFault], campaign: str | None, phone: PhoneNumber | None
) -> Refusal:
    return Refusal(
        reason=faults[0].reason,
        detail="; ".join(fault.detail for fault in faults),
        campaign=campaign,
        phone=phone.national if phone is not None else None,
    )
