"""The comparison of lists is a fair one: the numbers are what they are said to be, all answer right."""

from pathlib import Path

import numpy as np
import phonenumbers
import pytest

from benchmarks.list_figures import measure_large, measure_small
from benchmarks.list_numbers import probes, read_list, write_list
from benchmarks.list_peers import OURS, PEERS, Peer
from benchmarks.list_runs import build, look
from benchmarks.list_speed import compare, left_out, table

NUMBERS, SOUGHT = 5_000, 9_000
# Some of India's mobiles could be landlines by their digits.
_MOBILES = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


def test_a_list_has_so_many_different_mobiles_of_india_in_no_order(tmp_path: Path) -> None:
    write_list(tmp_path / "list.txt", NUMBERS)

    numbers = read_list(tmp_path / "list.txt")

    assert len(np.unique(numbers)) == len(numbers) == NUMBERS
    assert np.any(np.diff(numbers) < 0)
    for number in numbers[:500].tolist():
        parsed = phonenumbers.parse(f"+{number}")
        assert phonenumbers.region_code_for_number(parsed) == "IN"
        assert phonenumbers.number_type(parsed) in _MOBILES


def test_half_of_the_probes_are_on_the_list_and_the_others_are_known_not_to_be(
    tmp_path: Path,
) -> None:
    after = write_list(tmp_path / "list.txt", NUMBERS)

    numbers, on_list = probes(SOUGHT, after)

    assert on_list.tolist() == np.isin(numbers, read_list(tmp_path / "list.txt")).tolist()
    assert np.count_nonzero(on_list) == SOUGHT // 2
    assert np.count_nonzero(numbers // 10**10 != 91) > 0


def test_every_way_to_keep_a_list_gives_the_right_answers() -> None:
    rows = compare(NUMBERS, 1, 512, sought=SOUGHT, warm_secs=0)

    assert {row.peer for row in rows} == {peer for peer in PEERS if peer.is_here}
    assert len(table(rows)) == len(rows) + 2
    assert all(row.looked[0].a_second > 0 and row.built[0].cpu_secs > 0 for row in rows)


def test_a_wrong_answer_ends_the_comparison(tmp_path: Path) -> None:
    numbers, on_list = probes(SOUGHT, write_list(tmp_path / "list.txt", NUMBERS))
    np.save(tmp_path / "probes.npy", numbers)
    built = build(OURS, tmp_path / "list.txt", tmp_path)
    on_list[7] = not on_list[7]

    with pytest.raises(SystemExit, match="wrong about 1 of"):
        look(OURS, built, tmp_path / "probes.npy", on_list, block=512, folder=tmp_path)


def test_a_way_whose_package_is_missing_is_named() -> None:
    assert left_out([OURS]) == []
    (line,) = left_out([Peer("Other", "other", "no_such_package")])
    assert line.startswith("Other is left out: no_such_package")


def test_the_figures_are_measured_by_the_programs_own_command() -> None:
    figures = measure_large(NUMBERS, 1) + measure_small(1)

    assert {"built from text in", "memory to build", "file"} <= {each.name for each in figures}
    assert all(bound.figure > 0 for bound in figures)
