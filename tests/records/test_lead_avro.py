from hypothesis import given
from hypothesis import strategies as st

from records.lead_avro import decode_lead, encode_lead
from records.lead_block import Lead
from schemas.outcome import Source

NUMBERS = st.integers(0, 2**53)
SOURCES = st.builds(Source.of_record, st.text(), NUMBERS) | st.builds(
    Source.of_message, st.text(), NUMBERS
)
LEADS = st.builds(
    Lead,
    source=SOURCES,
    campaign=st.text(),
    phone=st.text("0123456789", min_size=1, max_size=14),
    e164=st.integers(1, 10**15 - 1),
    values=st.binary(),
    expires_at=st.none() | st.floats(allow_nan=False),
    do_not_call=st.booleans(),
    note=st.none() | st.text(),
    lead_json=st.binary(),
)


@given(LEADS)
def test_a_lead_comes_back_as_it_was(lead: Lead) -> None:
    assert decode_lead(encode_lead(lead)) == lead


def test_a_lead_takes_no_more_than_what_it_consists_of() -> None:
    values = b'["9876543210","Asha Rao",45,"2099-12-31 18:00:00"]'
    lead_json = b'{"PhoneNumber":"9876543210","Name":"Asha Rao","Priority":45}'
    source = Source.of_message("8512345678901234", 0)
    lead = Lead(source, "Summer", "9876543210", 919876543210, values, 4.1e9, False, None, lead_json)
    parts = len(values) + len(lead_json) + len("8512345678901234" + "Summer" + "9876543210")
    assert len(encode_lead(lead)) <= parts + 30
