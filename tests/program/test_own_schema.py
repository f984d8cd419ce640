"""A lead schema of the user's: its further fields travel in the map, in the schema's order."""

import json

from tests.program.program import ROOT, Program, check_truth, phone, statuses
from tests.program.strict_dialer import StrictDialer

FURTHER = ("Email", "City", "AgentId")


def test_further_fields_of_a_schema_travel_in_its_order_and_what_nobody_has_is_left_out(
    program: Program, dialer: StrictDialer
) -> None:
    schema = json.loads((ROOT / "schemas" / "lead.avsc").read_text())
    schema["fields"][2:2] = [
        {"name": name, "type": ["null", "string"], "default": None} for name in FURTHER
    ]
    path = program.folder / "own.avsc"
    path.write_text(json.dumps(schema))
    program.write(
        "leads.csv",
        "agent id,E-Mail,Priority,City,Phone,Name\n"
        f",,7,Pune,{phone(0)},A\n"
        f"17,,,,{phone(1)},B\n"
        f",,200,,{phone(2)},C\n",
    )

    outcomes = program.finish("--lead_schema", str(path))

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 2, "invalid.field_invalid": 1}
    (arrival,) = dialer.arrivals
    assert arrival.names == ["PhoneNumber", "Name", "City", "AgentId", "Priority"]
    assert arrival.rows == [[phone(0), "A", "Pune", "", 7], [phone(1), "B", "", "17", ""]]
