"""Junk among good leads: an outcome each, and every good one is delivered."""

import gzip
import json

from tests.program.program import Program, check_truth, leads, outcomes_in, phone, statuses
from tests.program.strict_dialer import StrictDialer

JUNK_LINES = (
    b"not json",
    b"[1, 2]",
    b'"a text"',
    b"null",
    b"12",
    b"{",
    b'{"PhoneNumber": NaN}',
    b'{"PhoneNumber": "%s", "Priority": NaN}' % phone(901).encode(),
    b'{"PhoneNumber": "%s", "Priority": 1e400}' % phone(902).encode(),
    b'{"PhoneNumber": ["98"], "Name": {}}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"PhoneNumber": "%s", "x": %s}' % (phone(903).encode(), b"[" * 5000 + b"]" * 5000),
    b"x" * 100_000,
    b'{"PhoneNumber": "12345", "x": "%s"}' % (b"y" * 100_000),
    b'{"PhoneNumber": "%s", "Name": "\xff\xfe"}' % phone(904).encode(),
    b"\xff\xfe\x00\x80",
    b'{"Name": "\\ud83d"}',
    b"{}",
    b'{"PhoneNumber": "\\u0000\\u001b[31m"}',
)
"""No line of these is a lead."""

ODD_LEADS = (
    b'{"PhoneNumber": "%s", "Name": "cut \\ud83d"}' % phone(910).encode(),
    b'{"PhoneNumber": "%s", "Name": "%s"}' % (phone(911).encode(), b"z" * 100_000),
    b'  {"mobile no.": %s}  \r' % phone(912).encode(),
)
"""Each of these is one."""


def test_lines_of_junk_have_an_outcome_each_and_the_good_ones_are_delivered(
    program: Program, dialer: StrictDialer
) -> None:
    good = [json.dumps(lead).encode() for lead in leads(60)]
    lines = [
        line for triple in zip(good[::3], JUNK_LINES, good[1::3], strict=True) for line in triple
    ]
    lines += [*ODD_LEADS, b"", b"   ", *good[2::3]]
    program.write("leads.jsonl", b"\n".join(lines))

    outcomes = program.finish()

    check_truth(dialer, outcomes)
    counts = statuses(outcomes)
    assert counts["delivered.ok"] == len(good) + len(ODD_LEADS)
    assert len(outcomes) == len(good) + len(ODD_LEADS) + len(JUNK_LINES)
    assert {name.partition(".")[0] for name in counts} == {"delivered", "invalid"}
    by_record = {outcome["source"]["record"]: outcome for outcome in outcomes}
    assert [by_record[at]["status"] for at in range(1, 61)] == [
        "delivered",
        "invalid",
        "delivered",
    ] * 20
    assert by_record[2]["lead"] == "not json"
    assert len(dialer.arrivals) == 1


def test_rows_of_junk_in_csv_cost_none_of_the_rows_around_them(
    program: Program, dialer: StrictDialer
) -> None:
    rows = [
        b"\xef\xbb\xbfName;Mobile No.;ExpiryDate;City",
        b'"Rao; A ""the"" B\nnew line";+91 98000-00001;;Pune',
        b"short;9800000002",
        b"long;9800000003;;Delhi;more;and more",
        b"Jos\xe9;9800000004;;",
        b";;;",
        b"Name;Mobile No.;ExpiryDate;City",
        b"no number;;;",
        b"\x00nul\x00;98000\x0000005;;",
        b"bad date;9800000006;2026-02-30;",
        b'stray " quote;(0)98000 00007;2037-06-30 10:00:00;',
        b"x" * 100_000 + b";9800000008;;",
        b'last one, never closed;"9800000009;;',
    ]
    program.write("leads.txt", b"\r\n".join(rows))
    program.numbers |= {f"980000000{at}" for at in range(10)}

    outcomes = program.finish()

    check_truth(dialer, outcomes)
    said = {outcome["source"]["record"]: outcome for outcome in outcomes}
    assert len(said) == len(outcomes)
    delivered = {outcome["phone"] for outcome in outcomes if outcome["status"] == "delivered"}
    assert {f"980000000{at}" for at in (1, 2, 4, 5, 7, 8)} <= delivered
    assert not {"9800000006", "9800000009"} & delivered
    (rao,) = [row for row in dialer.arrivals[0].rows if row[0] == "9800000001"]
    assert rao[1] == 'Rao; A "the" B\nnew line'


def test_a_file_cut_off_in_the_middle_delivers_what_could_be_unpacked_and_says_so(
    program: Program, dialer: StrictDialer
) -> None:
    text = "".join(f"{json.dumps(lead)}\n" for lead in leads(3000)).encode()
    packed = gzip.compress(text)
    program.write("leads.jsonl.gz", packed[: len(packed) // 2])

    running = program.start()
    dialer.wait_for_arrivals(2)
    running.stop_politely()

    (folder,) = (program.output / "outcomes").iterdir()
    outcomes = outcomes_in(folder)
    (damage,) = [outcome for outcome in outcomes if outcome["status"] == "invalid"]
    assert damage["reason"] == "unreadable"
    assert "cut off" in damage["detail"] or "damaged" in damage["detail"]
    check_truth(dialer, [outcome for outcome in outcomes if outcome is not damage])
