"""Reading a whole content in one go, as the tests of this room do."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from records.blocks import Decoded, RawBlock, Unreadable
from records.decoding import decode
from records.layout import Layout
from records.opening import open_leads
from records.splitting import split_records
from schemas.lead_schema import default_lead_schema

SCHEMA = default_lead_schema()


@dataclass
class Content:
    """What was read of a file."""

    layout: Layout
    blocks: list[RawBlock]
    decoded: list[Decoded] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    @classmethod
    def of(cls, layout: Layout, blocks: Sequence[RawBlock]) -> "Content":
        whole = cls(layout, list(blocks))
        for block in whole.blocks:
            decoded, unreadable = decode(block)
            whole.decoded += decoded
            whole.unreadable += unreadable
        return whole

    @property
    def fields(self) -> list[Mapping[str, object]]:
        return [record.fields for record in self.decoded]

    @property
    def numbers(self) -> list[int]:
        return sorted(record.number for record in self.answers)

    @property
    def answers(self) -> list[Decoded | Unreadable]:
        return [*self.decoded, *self.unreadable]


def read(content: bytes, *, name: str = "leads.csv", **sizes: int) -> Content:
    opened = open_leads(io.BytesIO(content), name=name, schema=SCHEMA)
    blocks = list(split_records(opened.content, opened.layout, file=name, **sizes))
    return Content.of(opened.layout, blocks)
