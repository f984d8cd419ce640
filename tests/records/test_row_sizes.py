import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.row_sizes import cut_by_size, row_sizes

TEXT = "x" * 100


@pytest.mark.parametrize(
    "column",
    [
        pa.array([TEXT, "", None]),
        pa.array([TEXT, "", None], pa.large_string()),
        pa.array([TEXT, "", None], pa.string_view()),
        pa.array([TEXT.encode(), b"", None]),
        pa.array([TEXT, "", None]).dictionary_encode(),
        pa.array([[TEXT[:50], TEXT[50:]], [], None]),
        pa.array([[TEXT], [], None], pa.large_list(pa.string())),
        pa.array([[TEXT], [], None], pa.list_(pa.dictionary(pa.int32(), pa.string()))),
        pa.array([[TEXT, None], [None, None], None], pa.list_(pa.string(), 2)),
        pa.array([{"a": TEXT}, {"a": ""}, None]),
        pa.array([[(TEXT, None)], [], None], pa.map_(pa.string(), pa.string())),
    ],
)
def test_a_row_is_as_large_as_its_texts_written_out_wherever_they_stand(column: pa.Array) -> None:
    long, empty, null = row_sizes(pa.record_batch({"column": column}))

    assert 100 <= long <= 150
    assert empty < 50
    assert null < 50
    assert row_sizes(pa.record_batch({"column": column.slice(1)})).tolist() == [empty, null]


@pytest.mark.parametrize("value", [5, 5.5, True, None])
def test_what_is_no_text_is_small(value: object) -> None:
    assert row_sizes(pa.record_batch({"column": pa.array([value])})).tolist() == [8]


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 200))
def test_a_batch_is_cut_into_all_of_its_rows_in_parts_of_a_bounded_size(
    lengths: list[int], most_bytes: int
) -> None:
    texts = ["x" * length for length in lengths]
    batch = pa.record_batch({"text": pa.array(texts, pa.string()).dictionary_encode()})

    parts = list(cut_by_size(batch, most_bytes))

    assert [text for part in parts for text in part.column(0).to_pylist()] == texts
    for part in parts:
        assert part.num_rows == 1 or row_sizes(part).sum() <= most_bytes
        assert part.num_rows


def test_a_row_that_names_a_text_that_is_not_there_is_found_out() -> None:
    texts = pa.array(["a", "b"])
    for number in (2, -1):
        column = pa.DictionaryArray.from_arrays(
            pa.array([0, number], pa.int32()), texts, safe=False
        )
        with pytest.raises(ValueError, match="not there"):
            row_sizes(pa.record_batch({"text": column}))
