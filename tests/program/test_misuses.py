"""Misuses: our message alone stands on the terminal, the exit status is 2, and nothing was posted."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.program.conftest import Pair
from tests.program.pages import KEY
from tests.program.program import KEY_VARIABLE, Program, leads

ABREAST = 3
FAR_AWAY = ("--api_url", "https://dialer.invalid")


@dataclass(frozen=True, slots=True)
class Misuse:
    """A command that cannot be carried out.

    Attributes:
        words: what is given beyond, or in place of, what a good command has; `{}` is the folder.
        says: what the message must hold.
    """

    words: tuple[str, ...]
    says: tuple[str, ...]


MISUSES = (
    Misuse(("--imput", "x"), ("there is no option --imput", "--input")),
    # What is wrong is named at once: one command commits many.
    Misuse(
        (
            *("--batch_size", "201", "--pace_secs", "-1", "--timeout_secs", "0"),
            *("--campaign", " ", "--api_key", KEY, "--time_zone", "Asia/Kolkatta"),
            *("--api_url", f"http://dialer.invalid/?key={KEY}", "--on_unknown", "resent"),
            *("--lead_schema", "{}/none.avsc", "--output", "gs://bucket/out"),
            *("--dnd_max_age_hours", "-3", "--runner", "NoSuchRunner"),
        ),
        (
            *("--batch_size '201'", "--pace_secs '-1'", "--timeout_secs '0'"),
            *("--campaign is empty", "never the key itself", "Asia/Kolkata"),
            *("query", "plain http", "did you mean resend"),
            *("none.avsc", "--output", "--dnd_max_age_hours", "--runner NoSuchRunner"),
        ),
    ),
    Misuse(
        (
            *("--campaign", "a", "--campaign_field", "b", "--api_key", f"env:{KEY_VARIABLE}_TOO"),
            *(*FAR_AWAY, "--pace_secs", "5", "--lead_schema", "{}/empty.txt"),
            *("--runner", "DataflowRunner", "--project", "p"),
        ),
        (
            *("exclude each other", "environment", "--pace_secs 5 is too short"),
            *("--lead_schema {}/empty.txt", "outside of this process"),
        ),
    ),
    Misuse(("--api_key", "file:{}/none"), ("--api_key", "No such file")),
    Misuse(("--direct_num_workers", "many"), ("--direct_num_workers",)),
    Misuse(("--input", "{}/*.none", "--dnd", "{}/none.txt"), ("matches no file", "none.txt")),
    Misuse(("--campaign_field", "Team", "--input", "{}/leads.csv"), ("no column Team",)),
    Misuse(
        (
            *("--input", "{}", "--input", "{}/pipe", "--input", "unheard-of://x/y"),
            *("--input", "{}/book.xlsx", "--input", "{}/page.pdf", "--input", "{}/no-phones.csv"),
            *("--dnd", "{}/empty.txt", "--dnd", "{}/pipe", "--dnd", "{}"),
            *("--dnd", "{}/old.txt", "--dnd_max_age_hours", "24"),
        ),
        (
            *("{} cannot be read", "{}/pipe cannot be read", "write it to a file first"),
            *("unheard-of://x/y", "book.xlsx", "Excel", "PDF", "Mobil Nmber"),
            *("empty.txt", "old.txt", "hours old", "the list {}/pipe", "the list {} cannot"),
        ),
    ),
    Misuse(("--ledger", "{}/others"), ("{}/others", "belongs to another account")),
    Misuse(("--ledger", "{}/damaged"), ("{}/damaged", "ledger.json", "damaged")),
)


def prepare(program: Program) -> None:
    """The files that the misuses name."""
    folder = program.folder
    program.write_leads("leads.jsonl", leads(3))
    program.write("leads.csv", f"Phone\n{leads(1)[0]['PhoneNumber']}\n")
    program.write("book.xlsx", b"PK\x03\x04" + b"[Content_Types].xml xl/workbook.xml" * 9)
    program.write("page.pdf", b"%PDF-1.7\n1 0 obj\n")
    program.write("no-phones.csv", "Name,Mobil Nmber\nA,9800000001\n")
    program.write("empty.txt", "")
    os.utime(program.write("old.txt", "9800000002\n"), (1e9, 1e9))
    os.mkfifo(folder / "pipe")
    account = '{"format":1,"dialect":"v1","host":"other.invalid","path":"/x","gap_secs":30}\n'
    for name, text in (("others", account), ("damaged", "{")):
        (folder / name).mkdir()
        (folder / name / "ledger.json").write_text(text)


def test_each_misuse_is_met_with_our_message_alone_before_anything_is_posted(
    make_pair: Callable[[], Pair],
) -> None:
    program, dialer = make_pair()
    prepare(program)

    def commit(misuse: Misuse) -> list[str]:
        words = [word.replace("{}", str(program.folder)) for word in misuse.words]
        arguments = program.arguments("--input", f"{program.folder}/leads.jsonl", *words)
        if "--input" in words:
            arguments = program.arguments(*words)
        done = program.start_with(arguments).wait()
        ours = all(line.startswith("dialfeed: ") for line in done.err.splitlines())
        missing = [
            said for said in misuse.says if said.replace("{}", str(program.folder)) not in done.err
        ]
        if done.status == 2 and ours and done.err and not done.out and not missing:
            return []
        return [f"{misuse.words}: exit {done.status}, {missing} is missing in {done.said}"]

    with ThreadPoolExecutor(ABREAST) as pool:
        wrong = [fault for faults in pool.map(commit, MISUSES) for fault in faults]

    assert not wrong, "\n".join(wrong)
    assert not dialer.arrivals
