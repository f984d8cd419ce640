import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer import settled
from dialer.settled import Ending, KeySpaceExceeded, LeadKeys, Settled, SettledTable

_phones = st.from_regex(r"[0-9]{1,14}", fullmatch=True)
_leads = st.tuples(st.sampled_from(["a", "b", ""]), _phones)


@given(first=_leads, second=_leads)
def test_two_leads_have_one_key_only_if_they_are_the_same(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    keys = LeadKeys()
    assert (keys.pack(*first) == keys.pack(*second)) == (first == second)


def test_leading_zeros_count() -> None:
    keys = LeadKeys()
    assert keys.pack("a", "0123") != keys.pack("a", "123")


@pytest.mark.parametrize("phone", ["", "9" * 15, "98765 12345", "+919876512345", "९८७६५१२३४५"])
def test_what_is_no_national_number_has_no_key(phone: str) -> None:
    with pytest.raises(KeySpaceExceeded) as caught:
        LeadKeys().pack("a", phone)
    assert phone == "" or phone not in str(caught.value)


def test_more_campaigns_than_a_key_can_number_are_refused_in_words() -> None:
    keys = LeadKeys()
    packed = {keys.pack(f"campaign {n}", "1") for n in range(16_384)}
    assert len(packed) == 16_384
    assert max(packed) < 2**64
    with pytest.raises(KeySpaceExceeded, match="--campaign_field"):
        keys.pack("one more", "1")


_batches = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(Ending)), max_size=5), max_size=12
)


@given(batches=_batches)
def test_the_table_answers_as_a_plain_list_would_whenever_it_is_merged(
    batches: list[list[tuple[int, Ending]]],
) -> None:
    table, known = SettledTable(), dict[int, list[Settled]]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settled, "_RECENT_KEYS", 3)
        for slot, batch in enumerate(batches, start=1):
            table.put([key for key, _ in batch], slot, [ending for _, ending in batch])
            for key, ending in batch:
                known.setdefault(key, []).append(Settled(slot, ending))
            for key in range(10):
                assert table.all(key) == known.get(key, [])
                assert table.get(key) == (known[key][-1] if key in known else None)


def test_a_hundred_thousand_leads_stay_found_when_they_are_merged() -> None:
    table = SettledTable()
    for slot in range(1, 1_101):
        keys = range(slot * 100, slot * 100 + 100)
        table.put(keys, slot, [Ending.DELIVERED] * 100)
    assert table.get(100) == Settled(1, Ending.DELIVERED)
    assert table.get(110_099) == Settled(1_100, Ending.DELIVERED)
    assert table.get(99) is None
    assert table.get(110_100) is None
