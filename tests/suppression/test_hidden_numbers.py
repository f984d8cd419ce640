"""H1, H5: what holds the digits of a number and cannot be read must not be passed over."""

import pytest

from suppression.faults import ListError
from suppression.index_file import IndexFile
from tests.suppression.built_lists import built, numbers_of


def opened(text: str) -> IndexFile:
    return built(text, name="dnd.csv")


@pytest.mark.parametrize(
    "line",
    [
        "9876000001 9876000002",
        "98760000019876000002",
        "9876000001 & 9876000002",
        "9876000001 and 9876000002",
        "9876000001 (office)",
        "98760 00001 (office)",
        "98760-00001 Asha",
        "(98760) 00001 home",
        "9876000001 - Asha",
        "Asha 9876000001",
        "9876000001:",
        "1. 9876000001",
        "1) 98760 00001",
        "<9876000001>",
        "9876000001 2019-04-12",
        "2019-04-12 98760 00001",
        "+91+9876000001",
        "+9876000001",
        "९८७६००००01 घर",
        "022-23456789 office",
        "9876000019 / 9876000001 (home)",
        "98760/00001",
        "98760_00001",
        "98760*00001",
        "98760,00001",
        "98760…00001",
        "98760 / 00001 / 9876000002",
        "022/23456789/9876000002",
        "Mob. 98760/00001",
        "Mob. 9.88E+09",
        "9.88E+09 office",
    ],
)
def test_h1_a_line_with_the_digits_of_a_number_among_other_text_stops_the_list(line: str) -> None:
    with pytest.raises(ListError, match=r"dnd\.csv, line 1: ") as caught:
        opened(f"{line}\n9876000019\n")

    assert not any(run in str(caught.value) for run in ("98760", "00001", "23456789"))


@pytest.mark.parametrize(
    "table",
    [
        "Name,PhoneNumber\nA,9876000001 9876000002\nB,9876000019\n",
        "PhoneNumber,Status\n9876000001 (office),DND\n9876000019,DND\n",
    ],
)
def test_h1_so_does_a_cell_of_a_table(table: str) -> None:
    with pytest.raises(ListError, match="line 1: it holds the digits of a number"):
        opened(table)


@pytest.mark.parametrize(
    "line",
    [
        "Total: 12",
        "Total 280,000,000",
        "DND register as on 12/04/2019 10:30:00",
        "generated 2019-04-12 10:30",
        "page 1 of 20",
        "01.05.2026 10:30",
        "Total: 98,765",
        "# 9876000001 was taken off on request",
        "98760000012",
        "1234567890",
        "9999999999",
        "0000000000",
    ],
)
def test_h1_a_title_a_total_a_comment_or_a_filler_is_counted_only(line: str) -> None:
    listed = opened(f"{line}\n9876000019\n")

    assert (listed.count, listed.info.not_numbers) == (1, 1)


def test_h1_a_row_that_is_clear_by_its_verdict_need_not_be_read() -> None:
    listed = opened("PhoneNumber,Status\n9876000001 (office),Non DND\n9876000019,DND\n")

    assert (listed.count, listed.info.cleared) == (1, 1)


@pytest.mark.parametrize("header", ["PhoneNumber", '"Mobile No."'])
def test_c1_a_list_of_one_column_is_read_as_leads_are_with_line_breaks_in_quotes(
    header: str,
) -> None:
    listed = opened(f'{header}\n"98760\n00001"\n"9876000002"\n9876000019\n')

    assert numbers_of(listed) == [919876000001, 919876000002, 919876000019]


def test_a_quote_that_does_not_close_on_its_line_stops_a_list_without_a_header() -> None:
    with pytest.raises(ListError, match="line 1: a quote"):
        opened('"98760\n00001"\n9876000019\n')


@pytest.mark.parametrize(
    "line", ["0151/23456789", "+49 151/23456789", "0221/9876543", "030 / 123456"]
)
def test_a_number_whose_end_is_another_number_is_not_taken_for_that_one(line: str) -> None:
    with pytest.raises(ListError, match="line 1: "):
        built(f"{line}\n+49 151 23456780\n", region="DE")


def test_a_time_in_german_is_no_number() -> None:
    assert numbers_of(built("01.05.2026 10:30\n+49 151 23456780\n", region="DE")) == [4915123456780]
