"""Keys and numbers: on no terminal, on no command line, in no file but where they belong."""

import sys
from pathlib import Path

from tests.program.pages import KEY
from tests.program.program import Program, check_truth, leads, phone, statuses
from tests.program.strict_dialer import Exchange, StrictDialer, confirm

SPELLINGS = ("{}", "+91 {}", "0{}", "+91-{}", "91{}", "(+91) {}")


def talkative(exchange: Exchange) -> None:
    """Say everything that it was told, the key too."""
    phones = exchange.arrival.phones
    words = f"key {KEY}, numbers {' '.join(phones)}, +91 {phones[0][:5]} {phones[0][5:]}"
    exchange.expect("unknown")
    exchange.answer({"status": "error", "message": words}, status="500 Oops")


def talkative_failure(exchange: Exchange) -> None:
    phones = exchange.arrival.phones
    exchange.answer({"status": "failure", "message": f"Inbound campaign of {KEY}: {phones[0]}"})


def test_what_the_dialer_repeats_of_key_and_numbers_stands_on_no_terminal_and_in_no_file(
    program: Program, dialer: StrictDialer
) -> None:
    """What is searched for after each test is said here by the dialer itself."""
    dialer.replies += [talkative, confirm, talkative_failure]
    written = [
        {"PhoneNumber": SPELLINGS[at % 6].format(phone(at)), "Name": f"{at}"} for at in range(12)
    ]
    program.write_leads("leads.jsonl", written)

    done = program.run("--batch_size", "3")

    assert done.status == 1
    assert "Inbound campaign of ******: ******" in done.err
    outcomes = program.finish("--batch_size", "3")
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"unknown.no_answer": 3, "delivered.ok": 9}
    unknown = [outcome["detail"] for outcome in outcomes if outcome["status"] == "unknown"]
    assert not [detail for detail in unknown if KEY in detail or phone(0) in detail]


def test_the_key_is_on_no_command_line_while_a_request_is_under_way(
    program: Program, dialer: StrictDialer
) -> None:
    lines: list[bytes] = []

    def watched(exchange: Exchange) -> None:
        lines.extend(command_lines(running.process.pid))
        confirm(exchange)

    dialer.replies += [watched]
    program.write_leads("leads.jsonl", leads(3))
    key = program.write("key", f"\ufeff{KEY}\n")
    running = program.start("--api_key", f"file:{key}")

    assert running.wait().status == 0
    assert lines
    assert not [line for line in lines if KEY.encode() in line]


def command_lines(pid: int) -> list[bytes]:
    """The command lines of a process and all its children, as the system shows them to anybody."""
    if sys.platform != "linux":
        return [str(pid).encode()]
    found = [Path(f"/proc/{pid}/cmdline").read_bytes()]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += command_lines(int(child))
    return found
