"""BatchLeads, both ways: leads of files, and leads as they come.

A batch is the most that one request may carry, not a promise that it travels alone: the dispatcher
composes requests when the gate opens, and merges what is part-full.
"""

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows

import transforms.lead_block_coder  # noqa: F401 - registers how blocks cross the shuffle
from records.lead_block import LeadBlock

BATCH_SIZE = 200
"""Leads a batch: the rows that one V1 request may carry."""

FLUSH_SECS = 30.0
"""How long after its first lead a part-full batch leaves: V1's gap between two requests."""


class BatchFileLeads(beam.PTransform):
    """Brings all blocks of an account together; the dispatcher cuts exact batches of them.

    Input: `LeadBlock`.
    Outputs: one pair of the account's name and all its `LeadBlock`s, in any order.
    Guarantee: a part-full batch leaves when the input ends, and not before.
    Parallelism: none behind it, as the gap is one for the whole account. It is the one shuffle that
        leads cross.
    """

    def __init__(self, *, account: str) -> None:
        """Bring them together under this name."""
        super().__init__()
        self._account = account

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        """Apply to `LeadBlock`s."""
        return (
            blocks
            | "Key by account"
            >> beam.WithKeys(self._account).with_output_types(tuple[str, LeadBlock])
            | "Group account" >> beam.GroupByKey()
        )


class BatchStreamLeads(beam.PTransform):
    """Groups leads by campaign into batches, by size and by time.

    Input: pairs of campaign and lead (Avro bytes), unbounded.
    Outputs: pairs of campaign and a list of 1 to `batch_size` leads.
    Guarantee: no batch is larger than `batch_size`; a part-full one leaves `flush_secs` after its
        first lead. In the global window, since a batch must not be cut by the clock.
    Parallelism: by campaign.
    """

    def __init__(self, *, batch_size: int = BATCH_SIZE, flush_secs: float = FLUSH_SECS) -> None:
        """Group up to `batch_size` leads, waiting `flush_secs` at the most."""
        super().__init__()
        self._batch_size = batch_size
        self._flush_secs = flush_secs

    def expand(self, leads: beam.PCollection) -> beam.PCollection:
        """Apply to pairs of campaign and lead."""
        return (
            leads
            | "Into one window" >> beam.WindowInto(GlobalWindows())
            | "Group by campaign"
            >> beam.GroupIntoBatches(self._batch_size, max_buffering_duration_secs=self._flush_secs)
        )
