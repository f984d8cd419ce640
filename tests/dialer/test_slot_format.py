import zlib
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.clock import Instant
from dialer.slot_format import (
    DamagedObject,
    answer_name,
    claim_name,
    decode_answer,
    decode_claim,
    encode_answer,
    encode_claim,
    last_name,
    slot_of,
)
from dialer.slots import Answer, Claim, ClaimedLead
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Source

_secs = st.floats(0, 1e10)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_instants = st.builds(Instant, st.none() | _texts, _secs, _secs)
_sources = st.builds(Source.of_record, _texts, st.integers(1, 10**9)) | st.builds(
    Source.of_message, _texts, st.integers(0, 10**6)
)
_claims = st.builds(
    Claim,
    slot=st.integers(1, 999_999_999),
    token=_texts,
    request_id=_texts,
    run=_texts,
    sender=_texts,
    lock=st.none() | _texts,
    campaign=_texts,
    leads=st.lists(
        st.builds(ClaimedLead, st.from_regex(r"[0-9]{1,14}", fullmatch=True), _sources),
        max_size=6,
    ).map(tuple),
    lists=_texts,
    timeout_secs=_secs,
    made=_instants,
    send_by=_instants,
)
_answers = st.builds(
    Answer,
    slot=st.integers(1, 999_999_999),
    kind=st.sampled_from(AnswerKind),
    verdicts=st.lists(
        st.builds(Verdict, st.sampled_from(VerdictStatus), _texts, _texts), max_size=6
    ).map(tuple),
    retry_after_secs=_secs,
    words=_texts,
    fault=st.none() | st.sampled_from(["dnd", "priority", "date"]),
    answered=_instants,
    writer=_texts,
)

CLAIM = Claim(
    slot=7,
    token="t",
    request_id="run-000007",
    run="run",
    sender="s",
    lock=None,
    campaign="sales",
    leads=(ClaimedLead("9876512345", Source.of_record("leads.csv", 3)),),
    lists="3f9ac1",
    timeout_secs=60.0,
    made=Instant("boot", 1.5, 2.5),
    send_by=Instant("boot", 6.5, 7.5),
)


@given(claim=_claims)
def test_a_claim_is_read_as_it_was_written(claim: Claim) -> None:
    assert decode_claim(encode_claim(claim)) == claim


@given(answer=_answers)
def test_an_answer_is_read_as_it_was_written(answer: Answer) -> None:
    assert decode_answer(encode_answer(answer)) == answer


@given(claim=_claims, place=st.integers(0, 10**6), change=st.integers(1, 255))
def test_a_claim_with_any_byte_altered_is_damaged(claim: Claim, place: int, change: int) -> None:
    data = bytearray(encode_claim(claim))
    data[place % len(data)] ^= change
    with pytest.raises(DamagedObject):
        decode_claim(bytes(data))


@given(answer=_answers, length=st.integers(0, 10**6))
def test_an_answer_cut_off_anywhere_is_damaged(answer: Answer, length: int) -> None:
    data = encode_answer(answer)
    with pytest.raises(DamagedObject):
        decode_answer(data[: length % len(data)])


@pytest.mark.parametrize("data", [b"", b"\0" * 2000, b"{}", encode_claim(CLAIM) * 2])
def test_what_no_claim_was_written_as_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedObject):
        decode_claim(data)


@pytest.mark.parametrize(
    "body",
    [b"no JSON", b"[]", b'{"format":2}', b'{"format":1,"leads":7}', b'{"format":1,"kind":[]}'],
)
def test_what_another_program_sealed_is_damaged(body: bytes) -> None:
    data = b'{"sum":"%08x","body":' % zlib.crc32(body) + body + b"}\n"
    with pytest.raises(DamagedObject):
        decode_claim(data)
    with pytest.raises(DamagedObject):
        decode_answer(data)


def test_a_claim_is_no_answer_and_an_answer_no_claim() -> None:
    answer = Answer(7, AnswerKind.ROWS, (), 0.0, "", None, CLAIM.made, "s")
    with pytest.raises(DamagedObject, match="lacks"):
        decode_answer(encode_claim(CLAIM))
    with pytest.raises(DamagedObject, match="lacks"):
        decode_claim(encode_answer(answer))


def test_a_claim_of_before_its_lists_were_recorded_names_none() -> None:
    body = orjson.loads(encode_claim(CLAIM))["body"]
    assert body.pop("lists") == "3f9ac1"
    assert body["format"] == 1
    text = orjson.dumps(body)
    sealed = b'{"sum":"%08x","body":' % zlib.crc32(text) + text + b"}\n"

    assert decode_claim(sealed) == replace(CLAIM, lists="")


def test_a_lead_without_a_source_cannot_be_claimed() -> None:
    claim = replace(CLAIM, leads=(ClaimedLead("9876512345", Source()),))
    with pytest.raises(ValueError, match="source"):
        encode_claim(claim)


def test_an_object_is_one_line_of_json_that_names_each_file_once() -> None:
    leads = tuple(
        ClaimedLead(f"{n}", Source.of_record("a/long/name.csv", n)) for n in range(1, 200)
    )
    data = encode_claim(replace(CLAIM, leads=leads))
    assert orjson.loads(data)["body"]["slot"] == 7
    assert data.count(b"name.csv") == 1
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")


@given(slot=st.integers(0, 999_999_998))
def test_names_sort_by_slot_and_the_claim_before_the_answer(slot: int) -> None:
    names = [claim_name(slot), answer_name(slot), last_name(slot), claim_name(slot + 1)]
    assert names == sorted(names)
    assert last_name(slot - 1) < claim_name(slot)


@given(slot=st.integers(0, 999_999_999))
def test_a_slots_names_tell_the_slot(slot: int) -> None:
    assert slot_of(claim_name(slot)) == (slot, "1-claim")
    assert slot_of(answer_name(slot)) == (slot, "2-answer")


@pytest.mark.parametrize(
    "name",
    ["ledger.json", "000000001.1-claim~", "1.1-claim", "000000001.3-else", "٠٠٠٠٠٠٠٠١.1-claim"],
)
def test_other_names_are_no_slots(name: str) -> None:
    assert slot_of(name) is None
