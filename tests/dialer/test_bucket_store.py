"""The ledger's store in a bucket: on a fake of Google's storage, and on moto's of Amazon's."""

import os
import random
import socket
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from dialer import bucket_client
from dialer.bucket_client import reason_of
from dialer.bucket_store import BucketStore
from dialer.clock import ManualClock
from dialer.ledger import Account, Ledger, LedgerError
from dialer.slots import Answer, Claim, ClaimedLead, Sender, make_claim
from dialer.store import LocalStore, ObjectExists, ObjectMissing, OutcomeUncertain, StoreError
from dialer.stores import open_store
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Source
from tests.dialer.fake_gcs import FakeGcs, PutFault

_GCS, _S3 = "gs://bucket/of the/ledger", "s3://bucket/of the/ledger"
_LIES = (PutFault.APPLIED_503, PutFault.APPLIED_DROPPED, PutFault.APPLIED_STALLED)
_PROCESSES = 4
_SLOTS = 500
_LIED_SLOTS = 150


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    with FakeGcs("bucket") as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "7")
    urlopen(Request(f"{s3_url}/moto-api/reset", method="POST")).close()
    urlopen(Request(f"{s3_url}/bucket", method="PUT")).close()


@pytest.fixture(params=[_GCS, _S3])
def store(request: pytest.FixtureRequest) -> BucketStore:
    request.getfixturevalue("gcs" if request.param == _GCS else "s3")
    return BucketStore(request.param)


# What any store promises


def test_an_object_is_created_once_and_never_overwritten(store: BucketStore) -> None:
    store.put_new("000000001.1-claim", b"first")
    with pytest.raises(ObjectExists):
        store.put_new("000000001.1-claim", b"second", spend_reserve=True)
    assert store.get("000000001.1-claim") == b"first"


def test_an_object_that_is_not_there_is_missing(store: BucketStore) -> None:
    with pytest.raises(ObjectMissing):
        store.get("000000001.1-claim")


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: BucketStore) -> None:
    store.put_new("000000001.1-claim", b"")
    store.delete("000000001.1-claim")
    store.delete("000000001.1-claim")
    with pytest.raises(ObjectMissing):
        store.get("000000001.1-claim")


def test_names_are_listed_in_order_after_the_one_given_over_many_pages(store: BucketStore) -> None:
    names = [f"{slot:09d}.{part}" for slot in range(1, 12) for part in ("1-claim", "2-answer")]
    for name in reversed(names):
        store.put_new(name, b"")
    assert store.list_after("") == names
    assert store.list_after("000000003.1-claim") == names[5:]
    assert store.list_after("000000003.~") == names[6:]
    assert store.list_after("-00000001.~") == names
    assert store.list_after("000000011.2-answer") == []


def test_ledgers_side_by_side_do_not_see_each_other(store: BucketStore) -> None:
    location = _GCS if "STORAGE_EMULATOR_HOST" in os.environ else _S3
    for neighbour in (BucketStore(location + "s"), BucketStore(location + "/inside")):
        neighbour.put_new("000000001.1-claim", b"")
    assert store.list_after("") == []
    with pytest.raises(ObjectMissing):
        store.get("000000001.1-claim")


def test_a_large_object_is_written_whole(store: BucketStore) -> None:
    data = bytes(range(256)) * 40_000
    store.put_new("large", data)
    assert store.get("large") == data


def test_more_than_one_full_page_is_listed(gcs: FakeGcs) -> None:
    store = BucketStore(_GCS)
    names = [f"{slot:09d}.1-claim" for slot in range(2500)]
    for name in names:
        gcs.objects.put("bucket", f"of the/ledger/{name}", b"", None)
    assert store.list_after("000000099.~") == names[100:]
    assert len([path for method, path in gcs.requests if method == "GET"]) == 3


_NAMES = st.text("019AZaz._-~", min_size=1, max_size=6).filter(lambda name: name[0] != ".")


@given(st.sets(_NAMES, max_size=8), st.text(st.characters(codec="ascii"), max_size=6) | _NAMES)
@settings(max_examples=60, deadline=None)
def test_what_is_listed_after_any_text_is_what_sorts_after_it(names: set[str], after: str) -> None:
    with FakeGcs("bucket") as fake, pytest.MonkeyPatch.context() as environment:
        environment.setenv("STORAGE_EMULATOR_HOST", fake.url)
        store = BucketStore(_GCS)
        for name in names:
            store.put_new(name, b"")
        assert store.list_after(after) == sorted(name for name in names if name > after)


# Opening


@pytest.mark.usefixtures("gcs")
def test_a_location_names_a_folder_or_a_bucket(tmp_path: Path) -> None:
    assert isinstance(open_store(str(tmp_path / "ledger")), LocalStore)
    assert isinstance(open_store("gs://bucket"), BucketStore)


@pytest.mark.parametrize(
    "location", ["gs://", "gs:///ledger", "ftp://host/ledger", "://", "s3://bucket/../ledger"]
)
def test_a_location_that_names_no_bucket_is_refused(location: str) -> None:
    with pytest.raises(StoreError, match=f"the ledger {location} cannot be used"):
        open_store(location)


@pytest.mark.usefixtures("gcs", "s3")
@pytest.mark.parametrize("location", ["gs://another/ledger", "s3://another/ledger"])
def test_a_bucket_that_does_not_exist_is_refused(location: str) -> None:
    with pytest.raises(StoreError, match=r"the store answered 404 Not Found \(NoSuchBucket\)"):
        open_store(location)


def test_a_store_that_overwrites_is_refused(gcs: FakeGcs) -> None:
    gcs.keeps_conditions = False
    with pytest.raises(StoreError, match="overwrites an object"):
        open_store(_GCS)


def test_opening_again_asks_the_store_once_and_leaves_nothing_more(gcs: FakeGcs) -> None:
    open_store(_GCS)
    gcs.requests.clear()
    assert open_store(_GCS).list_after("") == []
    assert [method for method, _ in gcs.requests] == ["PUT", "GET"]


def test_a_machine_without_credentials_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket_client, "RETRY_SECS", 0.0)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", f"http://127.0.0.1:{_free_port()}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{_free_port()}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StoreError, match="no credentials were found: set GOOGLE_APP"):
        open_store(_S3)


# When the store fails


def test_a_write_that_was_refused_for_a_moment_is_tried_again(gcs: FakeGcs) -> None:
    store = BucketStore(_GCS)
    _fail_next(gcs, PutFault.REFUSED)
    store.put_new("000000001.1-claim", b"")
    assert store.list_after("") == ["000000001.1-claim"]


@pytest.mark.parametrize("lie", _LIES)
def test_a_write_whose_answer_is_lost_is_there_and_never_reported_as_done(
    gcs: FakeGcs, monkeypatch: pytest.MonkeyPatch, lie: PutFault
) -> None:
    monkeypatch.setattr(bucket_client, "REQUEST_SECS", 0.3)
    store = BucketStore(_GCS)
    _fail_next(gcs, lie)
    expected = OutcomeUncertain if lie is PutFault.APPLIED_STALLED else ObjectExists
    with pytest.raises(expected):
        store.put_new("000000001.1-claim", b"ours")
    assert store.get("000000001.1-claim") == b"ours"


def test_a_store_that_is_gone_leaves_a_write_open_and_fails_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket_client, "RETRY_SECS", 0.0)
    with FakeGcs("bucket") as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url.removeprefix("http://"))
        store = BucketStore(_GCS)
        fake.hang_up()
    # The connection that was open may break before the store is found to be gone.
    gone = f"{_GCS}.*: (no connection to the store|HTTP error: error sending request)$"
    with pytest.raises(OutcomeUncertain, match=gone):
        store.put_new("000000001.1-claim", b"")
    for call in (store.get, store.list_after, store.delete):
        with pytest.raises(StoreError, match=gone) as failed:
            call("000000001.1-claim")
        assert failed.type is StoreError


def test_what_a_failure_says_holds_no_address() -> None:
    failed = Exception(
        "Error performing GET https://host/b?sig=S3CRET in 2ms - HTTP error: to host\n"
    )
    assert reason_of(failed) == "HTTP error: to host"
    assert reason_of(Exception("no answer from https://host/b?sig=S3CRET")) == "no answer from ..."
    assert reason_of(Exception()) == "Exception"


# The ledger over it


@pytest.mark.parametrize("lie", [PutFault.NONE, PutFault.REFUSED, *_LIES])
def test_the_ledger_knows_its_own_claim_and_answer_again_whatever_the_client_reports(
    gcs: FakeGcs, monkeypatch: pytest.MonkeyPatch, lie: PutFault
) -> None:
    monkeypatch.setattr(bucket_client, "REQUEST_SECS", 0.3)
    ours, theirs = _ledger(), _ledger()
    ours.refresh()
    theirs.refresh()
    _fail_next(gcs, lie)
    assert ours.claim(_claim("ours"))
    assert not theirs.claim(_claim("theirs"))
    _fail_next(gcs, lie)
    ours.answer(_answer("ours"))
    theirs.answer(_answer("theirs"))
    for ledger in (ours, theirs):
        ledger.refresh()
        claim, answer = ledger.slot(1)
        assert (claim.token, answer.writer) == ("ours", "ours")
        assert ledger.tail.last_slot == 1


def test_an_account_is_bound_in_a_bucket(store: BucketStore) -> None:
    account = Account("v1", "dialer.example", "/bulk", 30.0)
    ledger = Ledger(store, run="run-1", clock=ManualClock())
    assert ledger.open_account(account) == account
    assert ledger.open_account(account) == account


def test_a_ledger_whose_bucket_is_gone_says_so(
    gcs: FakeGcs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_client, "RETRY_SECS", 0.0)
    ledger = _ledger()
    gcs.hang_up()
    with pytest.raises(LedgerError, match="cannot be listed: no connection to the store"):
        ledger.refresh()


# Races


def test_of_several_processes_one_wins_each_slot(gcs: FakeGcs) -> None:
    results = _race(gcs, _SLOTS)
    wins = sorted(slot for process in results for slot in process)
    assert wins == list(range(_SLOTS))
    for process, slots in enumerate(results):
        for slot in slots:
            name = f"of the/ledger/{slot:09d}.1-claim"
            assert gcs.objects.get("bucket", name).data == _token(process)


def test_of_several_processes_one_wins_each_slot_though_the_store_lies(gcs: FakeGcs) -> None:
    chance = random.Random(4)
    faults = (PutFault.NONE, PutFault.REFUSED, PutFault.APPLIED_503, PutFault.APPLIED_DROPPED)

    def choose(_path: str) -> PutFault:
        return chance.choices(faults, [91, 3, 3, 3])[0]

    gcs.choose_fault = choose
    wins = sorted(slot for process in _race(gcs, _LIED_SLOTS) for slot in process)
    assert wins == list(range(_LIED_SLOTS))


def _race(gcs: FakeGcs, slots: int) -> list[list[int]]:
    """The slots that each of the processes found to be its own."""
    tasks = [(gcs.url, process, slots) for process in range(_PROCESSES)]
    with get_context("forkserver").Pool(_PROCESSES) as pool:
        return pool.map(_claim_slots, tasks, chunksize=1)


def _claim_slots(task: tuple[str, int, int]) -> list[int]:
    """Claim every slot, as the ledger does: what is not plainly won is read back."""
    url, process, slots = task
    os.environ["STORAGE_EMULATOR_HOST"] = url
    store, won = BucketStore(_GCS), []
    for slot in range(slots):
        name = f"{slot:09d}.1-claim"
        try:
            store.put_new(name, _token(process))
        except (ObjectExists, OutcomeUncertain):
            found = store.get(name)
            assert len(found) == len(_token(process))
            if found == _token(process):
                won.append(slot)
        else:
            won.append(slot)
    return won


def _token(process: int) -> bytes:
    return f"{process}".encode() * 2000


def _fail_next(gcs: FakeGcs, fault: PutFault) -> None:
    """Let the next write go wrong, and none after it."""
    faults = iter([fault])
    gcs.choose_fault = lambda _path: next(faults, PutFault.NONE)


def _ledger() -> Ledger:
    return Ledger(open_store(_GCS), run="run-1", clock=ManualClock())


def _claim(token: str) -> Claim:
    now = ManualClock().now()
    return make_claim(
        slot=1,
        token=token,
        sender=Sender(token, "run-1", None),
        campaign="sales",
        leads=[ClaimedLead("9876500001", Source.of_record("leads.csv", 1))],
        lists="",
        timeout_secs=60.0,
        read_at=now,
        now=now,
    )


def _answer(writer: str) -> Answer:
    verdict = Verdict(VerdictStatus.DELIVERED, "ok", "")
    now = ManualClock().now()
    return Answer(1, AnswerKind.ROWS, (verdict,), 0.0, "", None, now, writer)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
