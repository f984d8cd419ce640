import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.faults import Faults
from pipeline.suppression_options import (
    BuildOptions,
    LookupOptions,
    ShowOptions,
    read_build_options,
    read_lookup_options,
    read_merge_options,
    read_show_options,
)
from suppression.categories import Categories


def faults_of(*words: str) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        read_build_options(words)
    return caught.value.faults


def built(folder: Path, *words: str) -> BuildOptions:
    return read_build_options(["--from", "a.txt", "--to", f"{folder}/list.dnd", *words])


def test_what_is_not_given_has_its_usual_meaning(tmp_path: Path) -> None:
    assert built(tmp_path) == BuildOptions(
        sources=("a.txt",),
        target=tmp_path / "list.dnd",
        region="IN",
        column=None,
        category_column=None,
        categories=Categories.UNSAID,
        allow_empty=False,
        date_secs=None,
    )


def test_everything_may_be_said(tmp_path: Path) -> None:
    options = built(
        tmp_path,
        *("--from", "b*.csv", "--column", "Tel", "--category_column=Prefs", "--region", "us"),
        *("--dnd_category_means", "allowed", "--dnd_allow_empty", "--date", "2026-01-02"),
    )

    assert options == BuildOptions(
        sources=("a.txt", "b*.csv"),
        target=tmp_path / "list.dnd",
        region="US",
        column="Tel",
        category_column="Prefs",
        categories=Categories.ALLOWED,
        allow_empty=True,
        date_secs=datetime(2026, 1, 2, tzinfo=UTC).timestamp(),
    )
    assert options.not_numbers == tmp_path / "list.dnd.not-numbers.txt"
    assert built(tmp_path, "--dnd_category_means=blocked").categories is Categories.BLOCKED


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T18:30", datetime(2026, 11, 1, 18, 30, tzinfo=UTC)),
        ("2026-11-01T18:30:05", datetime(2026, 11, 1, 18, 30, 5, tzinfo=UTC)),
        ("2026-11-01T18:30:05Z", datetime(2026, 11, 1, 18, 30, 5, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_day_or_a_moment_in_utc(text: str, moment: datetime, tmp_path: Path) -> None:
    assert built(tmp_path, "--date", text).date_secs == moment.timestamp()


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "01.02.2026", "2026-11-01T25:00", "2026-11-01T18:30+05:30", "today", "20261101"],
)
def test_what_is_no_date_is_a_fault(text: str, tmp_path: Path) -> None:
    (fault,) = faults_of("--from=a", f"--to={tmp_path}/l.dnd", f"--date={text}")

    assert fault.startswith("--date ")
    assert fault.endswith("is no moment in UTC: write 2026-11-25 or 2026-11-25T18:30:00Z")


def test_a_date_that_has_yet_to_come_is_a_fault_but_for_the_day_that_begins_earlier_elsewhere(
    tmp_path: Path,
) -> None:
    def day(days: float) -> str:
        return f"{datetime.fromtimestamp(time.time() + days * 86_400, UTC):%Y-%m-%dT%H:%M:%SZ}"

    assert built(tmp_path, "--date", day(0.6)).date_secs
    (fault,) = faults_of("--from=a", f"--to={tmp_path}/l.dnd", f"--date={day(1.2)}")
    assert "has yet to come" in fault


def test_every_fault_is_named_at_once() -> None:
    assert faults_of(
        *("--to", "gs://bucket/l.dnd", "--region", "XX", "--dnd_category_means", "blockd"),
        *("--date", "x", "--column", " "),
    ) == (
        "--from is missing: name the lists to read",
        "--to gs://bucket/l.dnd must be a file of this machine: write it here, then copy it",
        "--region 'XX' is no region: two letters of ISO 3166, as in IN or US",
        "--column is empty",
        "--dnd_category_means 'blockd' must be blocked or allowed (did you mean blocked?)",
        "--date 'x' is no moment in UTC: write 2026-11-25 or 2026-11-25T18:30:00Z",
    )


def test_the_index_must_be_named_and_have_a_folder_and_be_no_folder(tmp_path: Path) -> None:
    assert faults_of("--from=a") == ("--to is missing: name the index to write, as in list.dnd",)
    assert faults_of("--from=a", f"--to={tmp_path}/none/l.dnd") == (
        f"--to {tmp_path}/none/l.dnd: there is no folder {tmp_path}/none",
    )
    assert faults_of("--from=a", f"--to={tmp_path}") == (
        f"--to {tmp_path} is no file that could be replaced",
    )
    assert faults_of("--from=a", "--to=/dev/null") == (
        "--to /dev/null is no file that could be replaced",
    )
    assert faults_of("--from=a", "--to=") == ("--to is empty",)


def test_a_merge_needs_the_old_index_too(tmp_path: Path) -> None:
    options = read_merge_options(["old.dnd", "--from=c.csv", f"--to={tmp_path}/new.dnd"])
    assert options.old == Path("old.dnd")
    assert options.build.sources == ("c.csv",)

    with pytest.raises(Faults) as caught:
        read_merge_options([f"--to={tmp_path}/new.dnd", "--region=IN"])
    assert caught.value.faults == (
        "there is no option --region",
        "no file is given: name the index that is to be changed",
        "--from is missing: name the lists to read",
    )
    with pytest.raises(Faults, match=r"gs://b/old.dnd must be a file of this machine"):
        read_merge_options(["gs://b/old.dnd", "--from=c", f"--to={tmp_path}/new.dnd"])


def test_show_takes_one_index() -> None:
    assert read_show_options(["l.dnd"]) == ShowOptions("l.dnd", as_json=False)
    assert read_show_options(["--json", "l.dnd"]) == ShowOptions("l.dnd", as_json=True)
    with pytest.raises(Faults, match="no file is given: name an index"):
        read_show_options([])


def test_test_takes_a_list_and_numbers_or_lists_of_them() -> None:
    assert read_lookup_options(["l.dnd", "-98765", "--dnd_category=8"]) == LookupOptions(
        index="l.dnd", numbers=("-98765",), sources=(), region=None, category=8
    )
    assert read_lookup_options(["l.dnd", "--from", "a", "--region", "us"]) == LookupOptions(
        index="l.dnd", numbers=(), sources=("a",), region="US", category=None
    )
    with pytest.raises(Faults) as caught:
        read_lookup_options(["l.dnd", "--dnd_category", "9"])
    assert caught.value.faults == (
        "--dnd_category '9' must be a whole number, 1 to 8",
        "no number is given: name some behind the file, or a list with --from",
    )
    with pytest.raises(Faults, match="no file is given: name an index, or a list as text or CSV"):
        read_lookup_options([])
