"""A version that is added is one file and its line in the registry: no other part knows it by name."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dialer.answer_body import Contents
from dialer.dialects import DIALECTS, V1, Dialect, Documented, SaidRow
from dialer.simulator import Rules, Simulator
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from pipeline.check_job import run_check
from pipeline.main_job import run_main_job
from pipeline.options import read_options
from schemas.row_form import RowForm

Said = pytest.CaptureFixture[str]


def read_ticket(
    contents: Contents, phones: Sequence[str], *, is_ok: bool, secret: str
) -> tuple[Verdict, ...] | None:
    del is_ok, secret
    ticket = contents.fields.get("ticket")
    if ticket is None:
        return None
    return (Verdict(VerdictStatus.DELIVERED, "queued", f"ticket {ticket}"),) * len(phones)


def give_ticket(rows: Sequence[SaidRow], _is_whole: bool, number: str) -> Mapping[str, object]:
    return {"ticket": number, "rows": len(rows)}


# What the file of a third version would hold.
V9 = Dialect(
    name="v9",
    host="dialer.example",
    path="/v9/leads",
    gap_secs=0.0,
    max_rows=2,
    key_parameter="token",
    campaign_parameter="list",
    user_parameter="login",
    row_form=RowForm(name="v9", characters={"Name": "A-Z "}, most_characters=300),
    wording=(
        Documented("no_user", "no", "who are you", "who are you", AnswerKind.KEY_REFUSED),
        *V1.wording,
    ),
    read_leads=read_ticket,
    confirm=give_ticket,
    answers_by_row=False,
    notice="v9 has hardly been seen",
)


@pytest.fixture
def leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(DIALECTS, "v9", V9)
    monkeypatch.setenv("DIAL_KEY", "k3y")
    path = tmp_path / "leads.csv"
    path.write_text(
        f"Phone,Name\n9876500001,ASHa\n9876500002,R\n9876500003,{'M' * 999}\n9876500004,\n"
    )
    return path


def words(leads: Path, *more: str) -> list[str]:
    return [*("--api=v9", f"--input={leads}", "--campaign=Summer", "--api_key=env:DIAL_KEY"), *more]


def test_it_is_spoken_simulated_checked_and_kept_apart(leads: Path, capsys: Said) -> None:
    output = leads.parent / "out"
    assert run_check(words(leads)) == 3
    assert "2 requests in 0.0 s" in capsys.readouterr().out

    rules = Rules(keys=frozenset({"k3y"}), users=frozenset({"desk"}))
    with Simulator(rules) as simulator:
        given = words(leads, f"--api_url={simulator.url}", f"--output={output}", "--api_user=desk")
        assert run_main_job(read_options(given)) == 0
        assert [(each.api, each.rows) for each in simulator.arrivals] == [("v9", 2), ("v9", 1)]
        assert simulator.violations == []

    said = capsys.readouterr().out
    assert V9.notice in said
    assert "that the API does not take: 1" in said
    (folder,) = (output / "outcomes").iterdir()
    found = [
        json.loads(line) for each in folder.iterdir() for line in each.read_bytes().splitlines()
    ]
    assert sorted((each["reason"], each["source"]["record"]) for each in found) == [
        ("field_invalid", 3),
        ("queued", 1),
        ("queued", 2),
        ("queued", 4),
    ]
    assert {each["detail"] for each in found if each["reason"] == "queued"} == {
        "ticket simulated-000001",
        "ticket simulated-000002",
    }
    assert json.loads((output / "ledger" / "ledger.json").read_bytes())["dialect"] == "v9"
