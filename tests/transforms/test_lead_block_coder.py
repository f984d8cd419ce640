import pickle

import apache_beam as beam

from records.lead_block import LeadBlock
from tests.transforms.running import expect, lead, leads_of, pinned
from transforms.lead_block_coder import LeadBlockCoder

LEADS = [lead(number) for number in range(1, 4)]


def test_blocks_are_coded_as_arrow_bytes_by_the_registered_coder() -> None:
    coder = beam.coders.registry.get_coder(LeadBlock)
    block = LeadBlock.of(LEADS)

    assert isinstance(coder, LeadBlockCoder)
    assert coder.encode(block) == block.to_bytes()
    assert leads_of(coder.decode(coder.encode(block))) == LEADS
    assert coder.to_type_hint() is LeadBlock


def test_a_block_is_no_key() -> None:
    assert not LeadBlockCoder().is_deterministic()


def test_the_coder_itself_travels_to_a_worker() -> None:
    coder = pickle.loads(pickle.dumps(LeadBlockCoder()))

    assert leads_of(coder.decode(LeadBlock.of(LEADS).to_bytes())) == LEADS


def test_blocks_cross_a_shuffle_unharmed() -> None:
    with pinned() as pipeline:
        grouped = (
            pipeline
            | beam.Create([LeadBlock.of(LEADS[:2]), LeadBlock.of(LEADS[2:])])
            | beam.WithKeys("account").with_output_types(tuple[str, LeadBlock])
            | beam.GroupByKey()
        )
        leads = grouped | beam.FlatMapTuple(
            lambda _, blocks: [each for block in blocks for each in leads_of(block)]
        )
        expect(leads, LEADS, "leads")
