"""Lead files to measure with: seeded, so that two runs read the same bytes."""

import random
from pathlib import Path

import phonenumbers

FAULTY_SHARE = 0.02
_FIRST_NAMES = ("Asha", "Ravi", "Meena", "Imran", "Lata", "Joseph", "Kiran", "Sunil")
_LAST_NAMES = ("Rao", "Khan", "Iyer", "Das", "Singh", "Thomas", "Patel", "Bose")


def mobiles(count: int, rng: random.Random) -> list[str]:
    """So many different Indian mobile numbers, ten digits each."""
    found: dict[str, None] = {}
    while len(found) < count:
        number = str(rng.randrange(9_000_000_000, 9_999_999_999))
        parsed = phonenumbers.PhoneNumber(country_code=91, national_number=int(number))
        if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE:
            found[number] = None
    return list(found)


def write_csv(path: Path, count: int, *, seed: int = 1) -> None:
    """Write a file of `count` leads, a fiftieth of them faulty."""
    rng = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("PhoneNumber,Name,Priority,ExpiryDate,City\n")
        for number in mobiles(count, rng):
            lead = some_lead(number, rng)
            if rng.random() < FAULTY_SHARE:
                lead["PhoneNumber"] = number[:7]
            file.write(",".join(lead.values()) + "\n")


def some_lead(number: str, rng: random.Random) -> dict[str, str]:
    """The fields of a lead of this number, in the order of `write_csv`'s columns."""
    return {
        "PhoneNumber": number,
        "Name": f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}",
        "Priority": str(rng.randint(1, 99)),
        "ExpiryDate": "2099-12-31 18:00:00",
        "City": "Pune",
    }
