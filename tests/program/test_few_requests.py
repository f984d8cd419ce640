"""As few requests as the leads need."""

import math

from tests.program.program import Program, check_truth, leads, phone, statuses
from tests.program.strict_dialer import StrictDialer

BAD: list[dict[str, object]] = [
    {"PhoneNumber": "12345", "Name": "too short"},
    {"PhoneNumber": "", "Name": "none"},
    {"PhoneNumber": "022 2345 6789", "Name": "a landline"},
    {"PhoneNumber": "+1 415 555 2671", "Name": "of another country"},
    {"PhoneNumber": phone(9000), "Priority": 100},
    {"PhoneNumber": phone(9001), "ExpiryDate": "tomorrow"},
]


def test_1030_mixed_leads_take_as_few_requests_as_the_valid_ones_fill(
    program: Program, dialer: StrictDialer
) -> None:
    sound = leads(830, Priority=3, ExpiryDate="2037-01-01 10:00:00")
    expired = leads(40, first=2000, ExpiryDate="2020-01-01 10:00:00")
    unwanted = leads(30, first=3000, DoNotCall="yes")
    listed = leads(20, first=4000)
    junk = BAD * 10
    mixed = [*sound[:500], *expired, *junk, *sound[:50], *unwanted, *listed, *sound[500:]]
    program.write_leads("leads.jsonl", mixed)
    dnd = program.write("dnd.txt", "".join(f"+91 {phone(at)}\n" for at in range(4000, 4020)))

    outcomes = program.finish("--dnd", str(dnd))

    check_truth(dialer, outcomes)
    assert len(outcomes) == len(mixed) == 1030
    assert len(dialer.arrivals) == math.ceil(len(sound) / 200)
    assert not {number for _, number in dialer.taken} & {phone(at) for at in range(4000, 4020)}
    assert statuses(outcomes) == {
        "delivered.ok": 830,
        "suppressed.duplicate": 50,
        "suppressed.expired": 40,
        "suppressed.do_not_call": 30,
        "suppressed.dnd": 20,
        "invalid.phone_invalid": 10,
        "invalid.phone_missing": 10,
        "invalid.phone_type": 10,
        "invalid.phone_country": 10,
        "invalid.field_invalid": 20,
    }
    files = {outcome["source"]["file"] for outcome in outcomes}
    assert files == {str(program.folder / "leads.jsonl")}
    assert {outcome["source"]["record"] for outcome in outcomes} == set(range(1, 1031))


def test_five_campaigns_of_100_leads_take_five_requests(
    program: Program, dialer: StrictDialer
) -> None:
    campaigns = [f"Campaign {number} & söhne" for number in range(5)]
    mixed = [{"Team": campaigns[at % 5], **lead} for at, lead in enumerate(leads(495))] + [
        {"Team": name, "Phone": phone(0)} for name in campaigns
    ]
    program.write_leads("leads.jsonl", mixed)

    outcomes = program.finish("--campaign_field", "Team")

    check_truth(dialer, outcomes)
    assert [arrival.campaign for arrival in dialer.arrivals] == campaigns
    # One number in five campaigns is five leads, but in its own campaign it is the same.
    assert statuses(outcomes) == {"delivered.ok": 499, "suppressed.duplicate": 1}
