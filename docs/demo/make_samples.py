"""Makes the demo's sample leads and its do-not-disturb list; their files are committed beside it.

Everything is invented and seeded: run it again (`.venv/bin/python docs/demo/make_samples.py`) and
the same files come out. The numbers stand in four blocks (60000, 70000, 80000 and 90000 xxxxx) so
that nobody takes them for a real export. Most leads are sound, in every spelling that a phone cell
is met in; the others have one fault each, of every kind that a lead file is met with.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20261125

BLOCKS = ("60000", "70000", "80000", "90000")
# So many numbers are kept for leads; those behind them stand in lists and damaged rows.
MOST_LEADS = 1_800
# How many sound leads a campaign has: at 200 a request that is 2 + 2 + 1 requests.
CAMPAIGNS = {"Monsoon Offer": 390, "Renewals": 385, "Webinar": 130}

FIRST_NAMES = (
    *("Asha", "Ravi", "Meena", "Imran", "Kavya", "Joseph", "Lakshmi", "Harpreet", "Nikhil"),
    *("Farida", "Suresh", "Ananya", "Dev", "Zoya", "Gopal", "மீனா", "आशा", "Renée"),
)
LAST_NAMES = (
    *("Rao", "Patil", "Iyer", "Khan", "Thomas", "Singh", "Das", "Mehta", "Nair", "Gill"),
    *('"RK" Rao', "D'Souza", "Rao, Jr.", "Null", "🙂", "Kumar\nc/o Sharma Stores"),
)


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead as its exporter wrote it: every field is the text of a cell."""

    campaign: str
    phone: str
    name: str = ""
    priority: str = ""
    expiry: str = ""
    do_not_call: str = ""


def _devanagari(number: str) -> str:
    return number.translate({ord("0") + digit: ord("०") + digit for digit in range(10)})


# Ways to write one and the same number. The plain one stands several times: most cells are plain.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    *("{}".format,) * 6,
    _devanagari,
    "+91{}".format,
    "91{}".format,
    "0{}".format,
    "0091{}".format,
    "{}.0".format,
    "'{}".format,
    '="{}"'.format,
    " {} ".format,
    "tel:+91{}".format,
    "Mob. {}".format,
    lambda number: f"+91-{number[:5]}-{number[5:]}",
    lambda number: f"{number[:5]} {number[5:]}",
    lambda number: f"(+91) {number[:4]} {number[4:7]} {number[7:]}",
    lambda number: f"+91\u00a0{number[:5]}\u2013{number[5:]}",
)

# Cells that are no callable number, each with what is in it.
NO_MOBILES = (
    *("", "-", "N/A", "NULL", "   ", "nan"),  # nothing
    *("022-23456789", "080 2222 3333", "+91 44 2345 6789"),  # landlines
    *("+44 7400 123456", "+1 415 555 0199", "00971 50 123 4567"),  # other countries
    *("1800 11 2345", "1860-123-4567"),  # toll-free
    *("90000", "9000012", "90000123456789", "12345"),  # too short, too long
    *("9.00001E+09", "0000000000", "9999999999", "1234567890"),  # damaged, placeholders
    *("call after 6", "90000ABCDE", "asha@example.com", "9000012345 or office"),  # words
)
BAD_PRIORITIES = ("0", "100", "-3", "5.5", "High", "true")
BAD_EXPIRIES = (
    *("30/06/2037", "06/30/2037 6:00 PM", "2037-06-30", "50221.75", "2129992200"),
    *("2037-02-30 10:00:00", "2037-06-30 24:00:00", "soon"),
)
PAST_EXPIRIES = ("2019-03-31 18:00:00", "2021-12-31T23:59:59", "2024-02-29 09:30:00")
OPEN_EXPIRIES = ("2037-06-30 18:00:00", "2036-12-31T18:00:00", "2037-01-15T12:30:00Z")

JUNK_LINES = (
    b"not JSON at all",
    b'{"phone_number": "9000012345", "full_name": "cut o',
    b'["9000012345", "a list is no lead"]',
    b'"9000012345"',
    b"9000012345",
    b"null",
    b'{"phone_number": NaN, "full_name": "Not a number", "campaign": "Webinar"}',
    b'{"phone_number": ["9000012345"], "full_name": "Listed", "campaign": "Webinar"}',
    b'{"phone_number": true, "full_name": "Yes", "campaign": "Webinar"}',
    b'{"phone_number": "9000012345", "full_name": "Ren\xe9e", "campaign": "Webinar"}',
    b'{"phone_number": "9000012345"} {"phone_number": "9000012346"}',
    b"[" * 5_000 + b"]" * 5_000,
)

# What two kinds of forms call the fields of a lead.
WEB_KEYS = {
    "phone": "phone_number",
    "name": "full_name",
    "priority": "priority",
    "expiry": "expiry_date",
    "do_not_call": "do_not_call",
    "campaign": "campaign",
}
CRM_KEYS = {
    "campaign": "CAMPAIGN",
    "phone": "PhoneNumber",
    "name": "Name",
    "priority": "Priority",
    "expiry": "ExpiryDate",
    "do_not_call": "DoNotCall",
}


def make_numbers(dice: random.Random) -> list[str]:
    """Draws the numbers of all samples, in no order: MOST_LEADS for leads, then 200 others."""
    numbers = [f"{block}{tail:05}" for block in BLOCKS for tail in dice.sample(range(100_000), 500)]
    dice.shuffle(numbers)
    return numbers


def make_leads(dice: random.Random, numbers: Sequence[str]) -> tuple[list[Lead], list[str]]:
    """Invents the leads, shuffled, and says which numbers the do-not-disturb list must hold.

    Args:
        dice: throws the dice.
        numbers: all samples' numbers.
    """
    fresh = iter(numbers[:MOST_LEADS])

    def lead(campaign: str, number: str) -> Lead:
        return Lead(
            campaign=campaign,
            phone=dice.choice(SPELLINGS)(number),
            name=f"{dice.choice(FIRST_NAMES)} {dice.choice(LAST_NAMES)}",
            priority=dice.choice(("", "", "1", "5", " 7 ", "05", "5.0", "99")),
            expiry=dice.choice(("", "", *OPEN_EXPIRIES)),
            do_not_call=dice.choice(("", "", "No", "FALSE", "0")),
        )

    def leads(count: int) -> list[Lead]:
        return [lead(dice.choice(tuple(CAMPAIGNS)), next(fresh)) for _ in range(count)]

    keys = [(campaign, next(fresh)) for campaign, count in CAMPAIGNS.items() for _ in range(count)]
    sound = [lead(*key) for key in keys]
    listed = [next(fresh) for _ in range(45)]
    faulty = [
        *(lead(*key) for key in dice.sample(keys, 40)),  # duplicates, spelled anew
        *(lead(dice.choice(tuple(CAMPAIGNS)), number) for number in listed),
        *(replace(each, do_not_call=dice.choice(("Yes", "TRUE", "1"))) for each in leads(20)),
        *(replace(each, expiry=dice.choice(PAST_EXPIRIES)) for each in leads(25)),
        *(replace(each, phone=cell) for cell in NO_MOBILES for each in leads(3)),
        *(replace(each, priority=cell) for cell in BAD_PRIORITIES for each in leads(3)),
        *(replace(each, expiry=cell) for cell in BAD_EXPIRIES for each in leads(3)),
        *(replace(each, phone="", priority="High", expiry="soon") for each in leads(4)),
        *(replace(each, campaign="") for each in leads(5)),
        *(replace(each, phone=f"{next(fresh)} / 022-23456789") for each in leads(8)),
    ]
    mixed = sound + faulty
    dice.shuffle(mixed)
    return mixed, listed


def csv_rows(
    leads: Iterable[Lead], columns: Sequence[str], *, delimiter: str, line_end: str
) -> list[bytes]:
    """Writes leads as CSV rows with their line ends; the header is none of them."""
    rows = []
    for lead in leads:
        text = io.StringIO(newline="")
        cells = [getattr(lead, column) for column in columns]
        csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerow(cells)
        rows.append(text.getvalue().encode())
    return rows


def json_lines(leads: Iterable[Lead], keys: dict[str, str]) -> list[bytes]:
    """Writes leads as JSON lines; a cell that is a plain number becomes a JSON number."""
    lines = []
    for lead in leads:
        record: dict[str, object] = {"form": "landing-page-3"}
        for attribute, key in keys.items():
            cell: str = getattr(lead, attribute)
            plain = cell.isascii() and cell.isdigit() and not cell.startswith("0")
            record[key] = int(cell) if plain else cell or None
        lines.append(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    return lines


def scatter(dice: random.Random, rows: list[bytes], extras: Iterable[bytes]) -> bytes:
    """Puts each extra row somewhere among the rows, and joins all of them."""
    for extra in extras:
        rows.insert(dice.randrange(len(rows)), extra)
    return b"".join(rows)


def spell_list(dice: random.Random, listed: Iterable[str], strangers: Iterable[str]) -> str:
    """Writes the list: numbers that leads have and numbers that none has, in any spelling."""
    lines = [dice.choice(SPELLINGS)(number) for number in (*listed, *strangers)]
    dice.shuffle(lines)
    head = ["# Numbers that asked not to be called (invented)", "Mobile Number", ""]
    return "\n".join([*head, *lines, "022-23456789", "+44 7400 123456", ""])


def make_files(seed: int = SEED) -> dict[str, bytes]:
    """Makes each file's content, unpacked, by its path in the demo's folder."""
    dice = random.Random(seed)
    numbers = make_numbers(dice)
    leads, listed = make_leads(dice, numbers)
    quarter = len(leads) // 4
    crm, field, portal, web = (
        *(leads[quarter * part : quarter * (part + 1)] for part in range(3)),
        leads[quarter * 3 :],
    )

    portal_header = b"Mobile No.,Name,Priority,ExpiryDate,DNC,Campaign\r\n"
    portal_rows = csv_rows(
        portal,
        ("phone", "name", "priority", "expiry", "do_not_call", "campaign"),
        delimiter=",",
        line_end="\r\n",
    )
    portal_extras = (
        *(f"{number},Too many cells,5,,,Renewals,and,more\r\n".encode() for number in numbers[-8:]),
        *(f"{number},Surplus is empty,,,,Webinar,,,\r\n".encode() for number in numbers[-12:-8]),
        *(
            f"{number},Ren\xe9e Dup\xe2t,,,,Webinar\r\n".encode("cp1252")
            for number in numbers[-15:-12]
        ),
        *(portal_header, b"\xef\xbb\xbf" + portal_header),
        *(b"\r\n", b",,,,,\r\n", b"   \r\n"),
    )

    field_header = (
        b"\xef\xbb\xbfCampaign;Full Name;Contact Number;Priority;Expiry Date;Do Not Call\n"
    )
    field_rows = csv_rows(
        field,
        ("campaign", "name", "phone", "priority", "expiry", "do_not_call"),
        delimiter=";",
        line_end="\n",
    )
    field_extras = (
        *(f"Renewals;Fewer cells;{number}\n".encode() for number in numbers[-20:-15]),
        *(b"\n", b";;;;;\n"),
    )
    open_quote = (
        b'Webinar;"nobody closed this quote;9000012345;;;\nWebinar;lost with it;9000012346;;;\n'
    )

    return {
        "dnd.txt": spell_list(dice, listed, numbers[MOST_LEADS : MOST_LEADS + 100]).encode(),
        "leads/crm.jsonl.gz": b"".join(json_lines(crm, CRM_KEYS)),
        "leads/field-team.csv.gz": (
            field_header + scatter(dice, field_rows, field_extras) + open_quote
        ),
        "leads/portal.csv": portal_header + scatter(dice, portal_rows, portal_extras),
        "leads/web-form.jsonl": scatter(
            dice,
            json_lines(web, WEB_KEYS),
            (*(junk + b"\n" for junk in JUNK_LINES), b"\n", b"  \n"),
        ),
    }


def main() -> None:
    """Writes the files, those with a name in .gz packed."""
    for name, content in make_files().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
        print(f"{path.relative_to(HERE)}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
