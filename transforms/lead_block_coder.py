"""How Beam carries a block of leads: as Arrow IPC bytes, under a registered coder."""

import apache_beam as beam

from records.lead_block import LeadBlock


class LeadBlockCoder(beam.coders.Coder):
    """Codes a `LeadBlock` as one Arrow IPC stream."""

    def encode(self, value: LeadBlock) -> bytes:
        """The block's bytes."""
        return value.to_bytes()

    def decode(self, encoded: bytes) -> LeadBlock:
        """The block of these bytes."""
        return LeadBlock.from_bytes(encoded)

    def is_deterministic(self) -> bool:
        """Whether equal blocks have equal bytes: not promised, and no block is a key."""
        return False

    def to_type_hint(self) -> type[LeadBlock]:
        """The type that this coder is for."""
        return LeadBlock


beam.coders.registry.register_coder(LeadBlock, LeadBlockCoder)
