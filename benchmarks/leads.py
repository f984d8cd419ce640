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
            name = f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}"
            shown = number[:7] if rng.random() < FAULTY_SHARE else number
            priority = rng.randint(1, 99)
            file.write(f"{shown},{name},{priority},2099-12-31 18:00:00,Pune\n")
