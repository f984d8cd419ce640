"""What each step costs by itself: the steps' own functions, one after the other, without Beam."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.leads import write_csv
from dialer.account_key import AccountKey
from dialer.board import Board
from dialer.client import Client
from dialer.clock import SystemClock
from dialer.delivery import Delivery, Terms
from dialer.dialects import V1
from dialer.dispatcher import Dispatcher
from dialer.judging import Judge
from dialer.ledger import Ledger
from dialer.lists import NO_LISTS
from dialer.simulator import Rules, Simulator
from dialer.slots import Sender
from dialer.store import LocalStore
from dialer.waiting import by_campaign
from records.blocks import RawBlock
from records.decoding import decode_by_column
from records.lead_block import LeadBlock
from records.opening import open_leads
from records.splitting import split_records
from schemas.column_checker import ColumnChecker
from schemas.lead_schema import load_lead_schema
from suppression.lists import Screen
from transforms.decode import DecodedBlock
from transforms.screen import reasons_against
from transforms.validate import LeadRules, check_block


class Stopwatch:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.secs: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside to a stage."""
        before = time.process_time()
        try:
            yield
        finally:
            self.secs[name] = self.secs.get(name, 0.0) + time.process_time() - before


def measure(leads: int) -> dict[str, float]:
    """CPU seconds of each stage for so many leads; the simulator's own work is part of delivery."""
    watch = Stopwatch()
    schema_text = Path("schemas/lead.avsc").read_text("utf-8")
    schema = load_lead_schema(schema_text, name="lead.avsc")
    checker = LeadRules(schema_text, "lead.avsc", "Asia/Kolkata", "Bench", None).checker()
    screen = Screen([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(folder / "leads.csv", leads)
        with (folder / "leads.csv").open("rb") as raw, watch.stage("read"):
            opened = open_leads(raw, name="leads.csv", schema=schema)
            raw_blocks = list(split_records(opened.content, opened.layout, file="leads.csv"))
        with watch.stage("decode"):
            decoded = [_decoded(block) for block in raw_blocks]
        with watch.stage("validate"):
            columns = ColumnChecker(checker)
            checked = [check_block(block, checker, columns)[0] for block in decoded]
        with watch.stage("pack"):
            packed = [block.to_bytes() for block in checked if block is not None]
            blocks = [LeadBlock.from_bytes(block) for block in packed]
        with watch.stage("screen"):
            for block in blocks:
                reasons_against(block, screen.listed(block.e164), time.time())
        with Simulator(Rules(gap_secs=0.0)) as simulator, watch.stage("deliver"):
            delivered = list(_deliver(blocks, simulator.url, folder / "ledger"))
        with watch.stage("write"), (folder / "outcomes").open("wb") as file:
            file.writelines(
                outcome.to_json_line() for outcomes in delivered for outcome in outcomes
            )
            os.fsync(file.fileno())
    return watch.secs


def _decoded(block: RawBlock) -> DecodedBlock:
    found = decode_by_column(block)
    return DecodedBlock(block.file, found.records, found.table)


def _deliver(blocks: list[LeadBlock], url: str, folder: Path) -> Iterator[list]:
    clock = SystemClock()
    delivery = Delivery(
        ledger=Ledger(LocalStore(folder), run="bench", clock=clock),
        dispatcher=Dispatcher(
            by_campaign(blocks), judge=Judge(lists=NO_LISTS, resends=False), limit=200
        ),
        client=Client(url + V1.path, clock=clock),
        terms=Terms(
            V1,
            AccountKey("key"),
            "bulkData",
            ("PhoneNumber", "Name", "Priority", "ExpiryDate"),
            0,
            60,
        ),
        sender=Sender("bench", "bench", None),
        clock=clock,
        should_stop=lambda: False,
        board=Board(),
    )
    return delivery.outcomes()
