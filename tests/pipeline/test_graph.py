"""The whole graph in this process, against the real simulator, through real files."""

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.clock import SystemClock
from dialer.dialects import V1
from dialer.ledger import Account, Ledger
from dialer.simulator import Fault, FaultPlan, PlannedFault, Rules, Simulator
from dialer.store import LocalStore
from pipeline.graph import Job, build
from pipeline.inputs import find_inputs
from pipeline.summary import Summary, summarise
from tests.transforms.delivering import settings_for
from tests.transforms.running import RULES, SCHEMA
from transforms.in_process import BOARD, request_stop, start_over
from transforms.lists import ListSettings, close_screens
from transforms.read import InputFile
from transforms.record_outcomes import OutcomeSettings

NO_GAP = Rules(gap_secs=0.0)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")


class Bench:
    """A folder with leads, a list and what a run leaves."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.folder = folder
        self.simulator = simulator
        self.starts = 0
        (folder / "leads").mkdir()
        (folder / "dnd.txt").write_text("# nobody yet\n")

    def write(self, name: str, content: bytes) -> None:
        (self.folder / "leads" / name).write_bytes(content)

    def run(self, *options: str, **delivery: Any) -> Summary:
        """Start the run, or go on with it."""
        start_over()
        close_screens()
        self.starts += 1
        job = self.job(**delivery)
        pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(list(options)))
        build(pipeline, job, self.files())
        result = pipeline.run()
        result.wait_until_finish()
        return summarise(result.metrics())

    def files(self) -> list[InputFile]:
        return find_inputs([str(self.folder / "leads" / "*")], SCHEMA, None)

    def job(self, **delivery: Any) -> Job:
        settings = settings_for(self.simulator, self.folder, **delivery)
        ledger = Ledger(LocalStore(Path(settings.ledger.location)), run="", clock=SystemClock())
        ledger.open_account(Account("v1", self.simulator.url, V1.path, settings.gap_secs))
        outcomes = self.folder / "outcomes"
        outcomes.mkdir(exist_ok=True)
        return Job(
            rules=RULES,
            lists=ListSettings((str(self.folder / "dnd.txt"),), "IN", allow_empty=True),
            sent_before=settings.ledger if self.starts > 1 else None,
            delivery=settings,
            outcomes=OutcomeSettings(str(outcomes), f"{self.starts:04d}-abcdef"),
        )

    def outcomes(self, start: int | None = None) -> list[dict[str, Any]]:
        """What one start wrote, the last one by default."""
        return [
            json.loads(line)
            for path in sorted((self.folder / "outcomes").glob(f"{start or self.starts:04d}-*"))
            for line in path.read_bytes().splitlines()
        ]

    def by_source(self) -> Mapping[tuple[str, int], str]:
        """Each record's reason; that there is exactly one is seen to."""
        outcomes = self.outcomes()
        found = {
            (Path(each["source"]["file"]).name, each["source"]["record"]): each["reason"]
            for each in outcomes
        }
        assert len(found) == len(outcomes)
        return found


def test_every_kind_of_record_has_its_outcome_in_the_file_of_its_kind(tmp_path: Path) -> None:
    rules = Rules(gap_secs=0.0, dnd=frozenset({"9876500008"}))
    with Simulator(rules, faults=FaultPlan.of(Fault.NONE, Fault.NONE)) as simulator:
        bench = Bench(tmp_path, simulator)
        bench.write(
            "a.csv",
            b"Phone,Name,Priority,ExpiryDate,DNC\r\n"
            b"9876500001,A,5,2037-06-30 18:00:00,\r\n"
            b"+91 98765-00001,again,,,\r\n"
            b"12345,bad,,,\r\n"
            b"9876500002,B,100,soon,\r\n"
            b"9876500003,C,,2001-01-01 00:00:00,\r\n"
            b"9876500004,D,,,yes\r\n"
            b"a,b,c,d,e,f,g\r\n",
        )
        bench.write(
            "b.jsonl.gz",
            gzip.compress(b'{"Phone": 9876500005}\nno json\n{"Phone": 9876500008}\n{"Name": 1}\n'),
        )
        (tmp_path / "dnd.txt").write_text("098765 00005\n")

        summary = bench.run()

    assert bench.by_source() == {
        ("a.csv", 1): "ok",
        ("a.csv", 2): "duplicate",
        ("a.csv", 3): "phone_invalid",
        ("a.csv", 4): "field_invalid",
        ("a.csv", 5): "expired",
        ("a.csv", 6): "do_not_call",
        ("a.csv", 7): "columns",
        ("b.jsonl.gz", 1): "dnd",
        ("b.jsonl.gz", 2): "unreadable",
        ("b.jsonl.gz", 3): "dialer_dnd",
        ("b.jsonl.gz", 4): "phone_missing",
    }
    assert summary.records == summary.settled == 11
    assert summary.is_conserved
    assert summary.pending == 0
    assert summary.requests == len(simulator.arrivals)
    assert list(simulator.taken) == [("Summer", "9876500001")]
    kinds = Counter(path.stem.split("-")[2] for path in (tmp_path / "outcomes").iterdir())
    assert kinds == dict.fromkeys(
        ["unreadable", "invalid", "screened", "delivered", "suppressed"], 1
    )


def test_thousands_of_leads_go_in_as_few_requests_as_they_need(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        for file in range(3):
            rows = (b"%d,\n" % (9_870_000_000 + file * 10_000 + row) for row in range(1_501))
            bench.write(f"{file}.csv", b"Phone,Name\n" + b"".join(rows))

        summary = bench.run()

    assert summary.records == summary.settled == 4_503
    assert [arrival.rows for arrival in simulator.arrivals] == [200] * 22 + [103]
    assert simulator.violations == []


def test_an_input_without_leads_sends_nothing(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        bench.write("a.csv", b"Phone\n")
        bench.write("b.jsonl", b"")

        summary = bench.run()

    assert summary == Summary()
    assert simulator.arrivals == []
    assert list((tmp_path / "outcomes").iterdir()) == []


def test_a_second_start_writes_every_outcome_anew_and_sends_only_what_is_left(
    tmp_path: Path,
) -> None:
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        bench.write("a.csv", b"Phone\n9876500001\n9876500002\n")
        bench.run()
        bench.write("b.csv", b"Phone\n9876500003\nnone\n9876500001\n")
        (tmp_path / "dnd.txt").write_text("9876500001\n")

        summary = bench.run()

    assert bench.by_source() == {
        ("a.csv", 1): "ok",
        ("a.csv", 2): "ok",
        ("b.csv", 1): "ok",
        ("b.csv", 2): "phone_missing",
        ("b.csv", 3): "duplicate",
    }
    assert summary.is_conserved
    assert [arrival.phones for arrival in simulator.arrivals][1:] == [("9876500003",)]


def test_a_stop_leaves_the_rest_for_the_next_start(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        bench.write("a.csv", b"Phone\n9876500001\nbad\n9876500002\n")
        bench.starts += 1
        job = bench.job()
        request_stop()
        pipeline = beam.Pipeline(runner=FnApiRunner())
        build(pipeline, job, bench.files())
        pipeline.run().wait_until_finish()
        assert simulator.arrivals == []

        summary = bench.run()

    assert summary.is_conserved
    assert set(bench.by_source().values()) == {"ok", "phone_invalid"}


def test_a_file_that_changes_under_way_lets_nothing_be_sent(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        bench.write("a.csv", b"Phone\n9876500001\n")
        bench.write("b.csv", b"Phone\n9876500002\n")
        bench.starts += 1
        job, files = bench.job(), bench.files()
        bench.write("b.csv", b"Phone\n9876500003\n")
        pipeline = beam.Pipeline(runner=FnApiRunner())
        build(pipeline, job, files)
        with pytest.raises(Exception, match=r"b\.csv"):
            pipeline.run()

    assert simulator.arrivals == []
    assert "was changed while it was read" in BOARD.stopped


def test_with_several_threads_of_beams_the_law_holds_too(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        for file in range(4):
            rows = b"".join(b"%d\n" % (9_876_500_000 + file * 100 + row) for row in range(60))
            bench.write(f"{file}.csv", b"Phone\nbad\n" + rows)

        summary = bench.run("--direct_num_workers=2")

    assert summary.records == summary.settled == 244
    assert [arrival.rows for arrival in simulator.arrivals] == [200, 40]
    assert Counter(bench.by_source().values()) == {"ok": 240, "phone_invalid": 4}


def test_no_label_stands_twice_and_all_are_fixed_words(tmp_path: Path) -> None:
    labels = []
    with Simulator(NO_GAP) as simulator:
        bench = Bench(tmp_path, simulator)
        for content in (b"Phone\n9876500001\n", b"Phone\n9876500002\n"):
            bench.write("a.csv", content)
            pipeline = beam.Pipeline(runner=FnApiRunner())
            outcomes = OutcomeSettings("another", "another")
            build(pipeline, replace(bench.job(), outcomes=outcomes), bench.files())
            labels.append(sorted(_labels(pipeline)))

    assert labels[0] == labels[1]
    assert len(set(labels[0])) == len(labels[0])
    assert not any("a.csv" in label or str(tmp_path) in label for label in labels[0])


def _labels(pipeline: beam.Pipeline) -> list[str]:
    found: list[str] = []

    class Visitor(beam.pipeline.PipelineVisitor):
        def visit_transform(self, node: Any) -> None:
            found.append(node.full_label)

    pipeline.visit(Visitor())
    return found


CELLS = st.sampled_from(
    [b"987650000%d" % n for n in range(1, 9)]
    + [b"", b"x", b"022-23456789", b"\xff", b'"', b"a,b,c"]
)
FAULTS = st.lists(
    st.sampled_from(
        [
            *(Fault.NONE, Fault.TOO_SOON, Fault.DROP_AFTER, Fault.SHORT, Fault.REFUSE_ROW),
            *(Fault.REFUSE_DND, Fault.STATUS_500, Fault.STATUS_503, Fault.UNREADABLE),
            Fault.REORDERED,
        ]
    ),
    max_size=6,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELLS, max_size=12), min_size=1, max_size=3), FAULTS, st.integers(1, 5))
def test_whatever_is_read_and_answered_every_record_has_one_outcome(
    tmp_path_factory: pytest.TempPathFactory,
    files: list[list[bytes]],
    faults: list[Fault],
    limit: int,
) -> None:
    plan = FaultPlan(tuple(PlannedFault.of(fault, 0.0) for fault in faults))
    with Simulator(NO_GAP, faults=plan) as simulator:
        bench = Bench(tmp_path_factory.mktemp("graph"), simulator)
        for number, rows in enumerate(files):
            bench.write(f"{number}.csv", b"Phone,Name\n" + b"".join(row + b",n\n" for row in rows))

        summary = bench.run(limit=limit)

    outcomes = bench.outcomes()
    assert BOARD.stopped == ""
    assert summary.is_conserved
    assert len(bench.by_source()) == summary.records
    assert max(simulator.taken.values(), default=0) <= 1
    delivered = {each["phone"] for each in outcomes if each["status"] == "delivered"}
    unknown = {each["phone"] for each in outcomes if each["status"] == "unknown"}
    taken = {phone for _, phone in simulator.taken}
    assert delivered <= taken <= delivered | unknown
