"""The comparison of reading speeds is a fair one: both sides do the same, on the same leads."""

from pathlib import Path

import phonenumbers

from benchmarks.bounds import Bound
from benchmarks.peer_arrow import MOBILE
from benchmarks.read_files import write_csv, write_json, write_list
from benchmarks.read_speed import check_same, run_ours, run_peer

LEADS = 6_000


def test_the_peer_knows_the_librarys_own_mobiles() -> None:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region("IN")
    assert metadata is not None
    assert metadata.mobile is not None
    assert metadata.mobile.national_number_pattern == MOBILE


def test_the_peer_and_the_program_reject_the_same_records_for_the_same_reasons(
    tmp_path: Path,
) -> None:
    plain, odd, listed = tmp_path / "plain.csv", tmp_path / "odd.csv", tmp_path / "dnd.txt"
    write_csv(plain, LEADS)
    write_csv(odd, LEADS, odd=True)
    write_list(listed, LEADS)

    peer = run_peer(plain, listed, tmp_path)
    ours = run_ours(plain, listed, tmp_path)

    check_same(peer, ours)
    check_same(run_ours(odd, listed, tmp_path), ours)
    assert ours.accepted + len(ours.rejected) == LEADS
    assert {"phone_invalid", "field_invalid", "columns", "dnd"} == set(ours.rejected.values())
    assert ours.cpu_secs < ours.whole_cpu_secs
    assert ours.peak_bytes > 0


def test_the_same_leads_as_json_differ_by_what_json_cannot_read_alone(tmp_path: Path) -> None:
    write_csv(tmp_path / "leads.csv", LEADS)
    write_json(tmp_path / "leads.jsonl", LEADS)

    rows = run_ours(tmp_path / "leads.csv", None, tmp_path)
    lines = run_ours(tmp_path / "leads.jsonl", None, tmp_path)

    of_bytes = {record for record, why in lines.rejected.items() if why == "unreadable"}
    assert of_bytes
    others = {record: why for record, why in lines.rejected.items() if record not in of_bytes}
    assert others == {
        record: why for record, why in rows.rejected.items() if record not in of_bytes
    }


def test_a_bound_that_is_missed_is_said() -> None:
    assert "MISSED" in str(Bound("CSV by the peer", 3.01, 3.0))
    assert Bound("CSV by the peer", 3.0, 3.0).is_kept
    assert "at least 20: MISSED" in str(Bound("look-ups a second", 19.9, 20, "M", is_least=True))
    assert Bound("look-ups a second", 20.0, 20, "M", is_least=True).is_kept
