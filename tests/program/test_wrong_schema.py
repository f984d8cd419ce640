"""A lead schema that is wrong stops the program before anything is read, with all its faults."""

import json

from tests.program.program import Program, phone
from tests.program.strict_dialer import StrictDialer

WRONG = [
    {
        "name": "Phone",
        "type": {
            "type": "string",
            "logicalType": "phone-number",
            "regoin": "US",
            "types": ["mobil"],
            "pattern": "([0-9]+)+",
        },
    },
    {"name": "Amount", "type": "long", "minimun": 1, "maximum": "many"},
    {"name": "amount", "type": ["null", "string", "int"], "default": None},
    {
        "name": "Visit",
        "type": {"type": "string", "logicalType": "wall-clock", "format": "%d/%m/%Q"},
        "minimum": 5,
    },
    {"name": "Parts", "type": {"type": "array", "items": "string"}},
    {"name": "DNC", "type": "int", "role": "do-not-call", "default": "no"},
    {"name": "Second", "type": "string", "logicalType": "phone-number", "region": "IN"},
]
WORDS = (
    "Phone: there is no attribute 'regoin'; did you mean region?",
    "Phone: a phone-number needs a region",
    "Phone: type of number 'mobil' is unknown (did you mean mobile?)",
    "Phone: pattern '([0-9]+)+'",
    "Amount: there is no attribute 'minimun'; did you mean minimum?",
    "Amount: maximum is 'many'; right is a number",
    "amount: type is ['null', 'string', 'int']; right is one type, or null and one type",
    "amount: its name 'amount' is also a name of Amount",
    "Visit: format '%d/%m/%Q' has '%Q'",
    "Visit: minimum is for numbers only, not for wall-clock",
    "Parts: type 'array' is not supported",
    "DNC: role do-not-call needs a boolean or a plain string",
    "DNC: default 'no' is no int",
    "more than one phone field (Phone, Second)",
)


def test_a_wrong_schema_stops_the_start_with_every_fault_named_at_once(
    program: Program, dialer: StrictDialer
) -> None:
    schema = program.folder / "wrong.avsc"
    schema.write_text(json.dumps({"type": "record", "name": "Lead", "fields": WRONG}))
    program.write("leads.csv", f"Phone\n{phone(0)}\n")

    done = program.run("--lead_schema", str(schema))

    assert done.status == 2
    assert [words for words in WORDS if words not in done.err] == []
    assert done.err.count("--lead_schema") == len(WORDS), done.err
    assert dialer.arrivals == []
    assert not program.output.exists()
