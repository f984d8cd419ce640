"""LeadsByCampaign and LeadsByAccount: leads one by one, as a stream batches and queues them."""

from collections.abc import Iterable, Iterator

import apache_beam as beam
import numpy as np
from apache_beam.utils.timestamp import Timestamp

from records.lead_avro import encode_lead
from records.lead_block import LeadBlock

StampedLead = tuple[int, bytes]
"""Since when a lead waits, in seconds since 1970 in UTC, and the lead as Avro bytes."""


class LeadsByCampaign(beam.PTransform):
    """Takes blocks apart, since what batches a stream counts elements.

    Input: `LeadBlock`, each with the time of its event as its timestamp.
    Outputs: pairs of a campaign and a `StampedLead`.
    Guarantee: each lead once; marks end here, as a stream has no end by which all are known.
    Parallelism: by block.
    """

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        """Apply to `LeadBlock`s."""
        return blocks | "Take apart" >> beam.ParDo(_TakeApartFn()).with_output_types(
            tuple[str, StampedLead]
        )


class _TakeApartFn(beam.DoFn):
    """Takes one block apart."""

    def process(
        self,
        block: LeadBlock,
        timestamp: Timestamp = beam.DoFn.TimestampParam,
    ) -> Iterator[tuple[str, StampedLead]]:
        for lead in block.rows(np.flatnonzero(~block.do_not_call).astype(np.uint32)):
            yield lead.campaign, (timestamp.micros // 1_000_000, encode_lead(lead))


class LeadsByAccount(beam.PTransform):
    """Brings the batches of all campaigns under the one account that the gate is for.

    Input: pairs of a campaign and `StampedLead`s.
    Outputs: pairs of the account and a list of `StampedLead`s.
    Guarantee: each batch once.
    Parallelism: none behind it, as the gap is one for the whole account.
    """

    def __init__(self, *, account: str) -> None:
        """Bring them under this name."""
        super().__init__()
        self._account = account

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Apply to pairs of campaign and leads."""
        return batches | "Of one account" >> beam.ParDo(
            _OfAccountFn(self._account)
        ).with_output_types(tuple[str, list[StampedLead]])


class _OfAccountFn(beam.DoFn):
    """Puts the account in the campaign's place: each lead knows its own campaign."""

    def __init__(self, account: str) -> None:
        self._account = account

    def process(
        self, batch: tuple[str, Iterable[StampedLead]]
    ) -> Iterator[tuple[str, list[StampedLead]]]:
        yield self._account, list(batch[1])
