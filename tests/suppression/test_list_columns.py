"""A list in CSV is read by column, and as it would be row by row."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.phones import PhoneReader
from suppression.categories import FULL, Categories, read_mask
from suppression.faults import ListError
from tests.suppression.built_lists import built, masks_of, numbers_of

PHONES = PhoneReader("IN", ("mobile",), None)
NUMBERS = st.integers(9_876_500_000, 9_876_500_020).map(str)
CELLS = st.one_of(
    NUMBERS,
    NUMBERS.map(lambda n: f"+91-{n[:5]}-{n[5:]}"),
    NUMBERS.map(lambda n: f" 0{n} "),
    NUMBERS.map(lambda n: f"91{n[:5]} {n[5:]}"),
    st.sampled_from(
        ["", " ", "N/A", "022-23456789", "+44 20 7946 0958", "Total", "९८७६५१२३४५", "12"]
    ),
    st.tuples(NUMBERS, NUMBERS).map("/".join),
)
STATUSES = st.sampled_from(["DND", "Non DND", "Yes", "no", "1", "0", "Clean", "Registered"])
CATEGORIES = st.sampled_from(["", "0", "2", "2;5", "5|0", "8", "1 3"])


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, STATUSES, CATEGORIES), min_size=1))
def test_every_number_of_a_listed_row_is_listed_for_its_categories(
    rows: list[tuple[str, str, str, str]],
) -> None:
    expected: dict[int, int] = {}
    not_numbers = cleared = 0
    for phone, mobile, status, category in rows:
        if status in ("Non DND", "no", "0", "Clean"):
            cleared += 1
            continue
        cells = [cell.strip() for cell in (phone, mobile) if cell.strip()]
        mask = read_mask(category, Categories.BLOCKED)
        assert mask is not None
        numbers = [number.e164 for cell in cells for number in PHONES.read_each(cell)]
        for number in numbers:
            expected[number] = expected.get(number, 0) | mask
        not_numbers += not numbers
    lines = [
        f'"{phone}","{mobile}",{status},{category}' for phone, mobile, status, category in rows
    ]
    content = "\n".join(["Phone,Mobile,Status,Category", *lines])
    found = built(content, categories=Categories.BLOCKED, allow_empty=True) if expected else None
    if found is not None:
        assert masks_of(found) == expected
        assert (found.info.cleared, found.info.not_numbers) == (cleared, not_numbers)


def test_a_long_table_has_every_number_once() -> None:
    rows = "".join(f"{n},{n + 9_876_000_000},{n % 9}\n" for n in range(100_000))
    index = built(f"Serial,Mobile,Category\n{rows}", categories=Categories.BLOCKED)
    masks = masks_of(index)
    assert len(masks) == index.count == 100_000
    assert masks[919_876_000_000] == FULL
    assert masks[919_876_000_011] == 0b10


def test_the_column_of_numbers_may_be_named() -> None:
    content = "Id,Subscriber,Phone\n1,9876512345,9876512346\n"
    assert numbers_of(built(content)) == [919876512346]
    assert numbers_of(built(content, column="subscriber")) == [919876512345]
    assert numbers_of(built("subscriber\n9876512345\n", column="Subscriber")) == [919876512345]


def test_a_column_that_no_list_has_stops_and_shows_the_first_line() -> None:
    with pytest.raises(ListError, match=r"has no column 'MSISDN'; its first line: 'Id', 'Phone'"):
        built("Id,Phone\n1,9876512345\n", column="MSISDN")
    with pytest.raises(ListError, match=r"has no column 'MSISDN'; .*\(a number\)"):
        built("9876512345\n9876512346\n", column="MSISDN")


def test_a_column_that_is_named_need_not_be_in_every_list() -> None:
    index = built(
        "Id,MSISDN\n1,9876512345\n", "9876512346\n", "Phone,A\n9876512347,B\n", column="msisdn"
    )
    assert numbers_of(index) == [919876512345, 919876512346, 919876512347]


def test_several_lists_go_together() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("list.txt", "9876512347\n")
    index = built("9876512345\n", "Phone;Circle\n9876512346;MH\n", archive.getvalue())
    assert numbers_of(index) == [919876512345, 919876512346, 919876512347]
    sizes = [source.size_bytes for source in index.info.sources]
    assert sizes == [11, 27, len(archive.getvalue())]


def test_american_lists_of_one_number_a_line_are_read_by_column_too() -> None:
    lines = "".join(f"{n}\n" for n in range(4_155_550_100, 4_155_550_200))
    assert numbers_of(built(lines, region="US")) == [*range(14_155_550_100, 14_155_550_200)]
