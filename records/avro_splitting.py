"""Avro files to blocks of whole, numbered records: some container blocks each."""

from collections.abc import Iterator

from records.avro_file import BlockHead, block_head
from records.avro_schema import BrokenAvro
from records.blocks import RawBlock
from records.cutting import MAX_RECORD_BYTES
from records.layout import Layout
from records.peeking import DamagedStream

_MISSING = "what came behind is missing"
# A further container block is taken only below so many records.
_MANY_RECORDS = 4000


class AvroSplitter:
    """Gathers container blocks.

    Where one does not end with the file's sync marker, all until the next marker is lost, as one
    record: how many there were is not known.
    """

    def __init__(self, layout: Layout, file: str) -> None:
        self._layout = layout
        self._file = file
        self._sync = layout.writer.sync if layout.writer else b""
        self._next_number = 1
        self._held = bytearray()
        # Of what is lost the beginning, and how much of it has been let go.
        self._lost: bytes | None = None
        self._let_go_bytes = 0

    def feed(self, piece: bytes) -> Iterator[RawBlock]:
        """Take the next piece of content, and give out what is ready."""
        self._held += piece
        while self._lost is None or self._found_marker():
            if self._lost is not None:
                yield self._lost_block(
                    "a part of the file is damaged: how many records were in it is not known"
                )
            end, records = self._whole_blocks()
            if end:
                content = bytes(self._held[:end])
                del self._held[:end]
                yield self._block(content, records, len(content), None)
            if self._lost is None and not end:
                return

    def end(self) -> Iterator[RawBlock]:
        """Give out what is left as one record: it is no whole block."""
        if self._held or self._lost is not None:
            yield self._rest(f"the file is cut off or damaged{self._in_block()}; {_MISSING}")

    def end_damaged(self, damage: DamagedStream) -> Iterator[RawBlock]:
        """Take the block in which a damaged stream stopped."""
        yield self._rest(f"{damage}{self._in_block()}; {_MISSING}")

    def _whole_blocks(self) -> tuple[int, int]:
        """Return where whole blocks end, and how many records there are until there.

        Some thousand records are enough: packed well, a piece may hold a hundred thousand.
        """
        end, records = 0, 0
        while end < len(self._held) and records < _MANY_RECORDS:
            try:
                head = block_head(self._held, end)
                if head is None or end + head.end > len(self._held):
                    break
                if not self._held.endswith(self._sync, end, end + head.end):
                    self._lose()
                    break
            except BrokenAvro:
                self._lose()
                break
            end += head.end
            records += head.records
        return end, records

    def _lose(self) -> None:
        self._lost = b""
        self._let_go_bytes = 0

    def _found_marker(self) -> bool:
        """Let go of what is lost, until behind the next marker."""
        place = self._held.find(self._sync)
        size = place + len(self._sync) if place >= 0 else len(self._held) - len(self._sync) + 1
        self._let_go(max(0, size))
        return place >= 0

    def _let_go(self, size: int) -> None:
        kept = self._lost or b""
        self._lost = kept + bytes(self._held[: min(size, MAX_RECORD_BYTES - len(kept))])
        self._let_go_bytes += size
        del self._held[:size]

    def _lost_block(self, fault: str) -> RawBlock:
        content, size_bytes = self._lost or b"", self._let_go_bytes
        self._lost = None
        return self._block(content, 1, size_bytes, fault)

    def _rest(self, fault: str) -> RawBlock:
        if self._lost is None:
            self._lose()
        self._let_go(len(self._held))
        return self._lost_block(fault)

    def _in_block(self) -> str:
        """Say in what kind of block the content ends, where its head is there."""
        head: BlockHead | None = None
        if self._lost is None:
            try:
                head = block_head(self._held, 0)
            except BrokenAvro:
                head = None
        return "" if head is None else f" in a block that says it has {head.records:,} records"

    def _block(self, content: bytes, records: int, size_bytes: int, fault: str | None) -> RawBlock:
        first, self._next_number = self._next_number, self._next_number + records
        return RawBlock(self._file, first, self._layout, content, records, size_bytes, fault)
