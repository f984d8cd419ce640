"""Part A of the catalogue: what exports of portals, customer databases and dialers look like."""

import json

import pytest

from tests.catalogue.desk import Desk, Row, ok

MISSING: Row = ("phone_missing", None)
INVALID: Row = ("phone_invalid", None)

META_HEADER = (
    "id\tcreated_time\tad_id\tad_name\tadset_id\tadset_name\tcampaign_id\tcampaign_name\tform_id\t"
    "form_name\tis_organic\tplatform\twhich_flat?\tfull_name\tphone_number\tlead_status\r\n"
)
META_LEAD = (
    "l:{id}\t2026-08-07T08:21:55-05:00\tag:120208\tCarousel, June\tas:77\tBroad\tc:991\tMonsoon\t"
    "f:4451\tBrochure form\tfalse\tig\t3 BHK\t{name}\t{phone}\tCREATED\r\n"
)


def meta(*leads: tuple[str, str]) -> str:
    rows = [
        META_LEAD.format(id=at, name=name, phone=phone) for at, (name, phone) in enumerate(leads)
    ]
    return META_HEADER + "".join(rows)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a1_metas_download_is_tabs_in_utf16_under_the_name_csv(desk: Desk, codec: str) -> None:
    text = meta(
        ("காவ்யா", "p:+919812300001"),
        ("Dev, Rao", "p:+91 98123-00002"),
        ("Eve", "p:9812300003"),
        ("<test lead: dummy data for full_name>", "<test lead: dummy data for phone_number>"),
        ("Faiz", "p:"),
        ("Gul", "p:+447911123456"),
    )
    result = desk.read(("\ufeff" + text).encode(codec), name="Monsoon_Leads_2026-08-07.csv")

    file = "Monsoon_Leads_2026-08-07.csv"
    assert result.rows(file) == [
        *ok(9812300001, 9812300002, 9812300003),
        INVALID,
        INVALID,
        ("phone_country", None),
    ]
    assert result.sent["9812300001"]["Name"] == "காவ்யா"
    assert result.sent["9812300002"]["Name"] == "Dev, Rao"
    assert "+44" in result.detail(6, file)
    assert result.lead(1, file)["campaign_name"] == "Monsoon"


def test_a1_an_id_with_a_prefix_is_no_phone_number(desk: Desk) -> None:
    content = (
        "id\tphone\tfull_name\nl:9812300001\tp:+919812300002\tA\nl:9812300003\tl:9812300004\tB\n"
    )
    assert desk.read(content).rows() == [*ok(9812300002), INVALID]


PORTALS = {
    "indiamart": {
        "UNIQUE_QUERY_ID": "2451118390",
        "QUERY_TYPE": "W",
        "QUERY_TIME": "2026-07-30 14:09:51",
        "SENDER_NAME": "Asha",
        "SENDER_MOBILE": "+91-9812300001",
        "SENDER_EMAIL": "a@example.org",
        "SENDER_MOBILE_ALT": "",
    },
    "tradeindia": {"sender": "Rao Mills", "sender_name": "Asha", "sender_mobile": "+919812300002"},
    "justdial": {
        "leadid": "AB9876512345",
        "prefix": "Mr",
        "name": "Asha",
        "mobile": "9812300003",
        "phone": "022-23456789",
        "dncmobile": "0",
        "dncphone": "0",
    },
    "housing": {"lead_name": "Asha", "lead_phone": "9812300004", "lead_date": "1785495600"},
}


def test_a2_the_keys_of_indian_portals_are_known_as_objects_and_as_columns(desk: Desk) -> None:
    lines = [json.dumps(portal) for portal in PORTALS.values()]
    files = {"all.jsonl": "\n".join(lines).encode()}
    for name, portal in PORTALS.items():
        cells = [value.replace("981230000", "981230001") for value in portal.values()]
        files[f"{name}.csv"] = f"{','.join(portal)}\n{','.join(cells)}\n".encode()

    result = desk.run(files)

    assert result.status == 0
    assert result.rows("all.jsonl") == ok(9812300001, 9812300002, 9812300003, 9812300004)
    assert [result.rows(f"{name}.csv") for name in PORTALS] == [
        ok(number) for number in range(9812300011, 9812300015)
    ]
    assert {values["Name"] for values in result.sent.values()} == {"Asha"}


def test_a2_the_other_number_of_an_enquiry_counts_where_the_first_is_none(desk: Desk) -> None:
    content = (
        "SENDER_NAME,SENDER_MOBILE,SENDER_MOBILE_ALT,SENDER_PHONE\n"
        "A,+91-22-23456789,+91-9812300001,\nB,,,+91-9812300002\nC,+91-9812300003,+91-9812300004,\n"
    )
    assert desk.read(content).rows() == ok(9812300001, 9812300002, 9812300003)


def test_a2_the_portals_word_that_a_number_is_registered_counts(desk: Desk) -> None:
    content = "name,mobile,dncmobile\nA,9812300001,1\nB,9812300002,0\nC,9812300003,\n"
    assert desk.read(content).rows() == [("do_not_call", "9812300001"), *ok(9812300002, 9812300003)]


PHONE_HEADERS = (
    *("Phone", "PHONE NUMBER", "phone no", "Phone No.", "Mobile", "Mobile No.", "mobile_number"),
    *("MobilePhone", "Contact Number", "Contact No", "contact no.", "Primary Phone", "msisdn"),
    *("WhatsApp Number", "phone_number", "Phone 1 - Value", "MSISDN", " mobile no. ", "Mob. No."),
    *("'Mobile'", '"""Phone"""', "Phone\u00a0Number", "\u200bMobile\u200b", "PHONE-NO", "Phone#"),
    *("WhatsApp No.", "Cell Phone", "Cell", "Mobile Phone", "Customer Mobile", "Phone:", "Phone*"),
    *("Cell Number", "Telephone Number", "Tel", "Primary Phone Number", "Customer Phone Number"),
    *("Work Phone Number", "Phone 1", "Mobile 1", "Mobile #", "Ph. No.", "Tel. No.", "(Mobile)"),
    *("Contact Phone", "Lead Phone", "Primary Mobile", "P.h.o.n.e", "ＰＨＯＮＥ", "Home Phone"),
)


def test_a3_phone_columns_are_known_by_letters_and_digits(desk: Desk) -> None:
    files = {
        f"{at:02}.csv": f"Row,{header},City\n7,{9812300000 + at},Pune\n".encode()
        for at, header in enumerate(PHONE_HEADERS)
    }

    result = desk.run(files)

    assert result.status == 0, result.said
    for at, header in enumerate(PHONE_HEADERS):
        assert result.rows(f"{at:02}.csv") == ok(9812300000 + at), header


NAME_HEADERS = (
    "Name",
    "Full Name",
    "customer_name",
    "Lead Name",
    "FIRST NAME",
    "name ",
    "Contact-Name",
)


def test_a3_name_columns_are_known_by_letters_and_digits(desk: Desk) -> None:
    files = {
        f"{at}.csv": f"Mobile;{header}\n{9812300000 + at};Asha {at}\n".encode()
        for at, header in enumerate(NAME_HEADERS)
    }
    result = desk.run(files)
    assert [result.sent[str(9812300000 + at)]["Name"] for at in range(len(NAME_HEADERS))] == [
        f"Asha {at}" for at in range(len(NAME_HEADERS))
    ]


@pytest.mark.parametrize(
    "header",
    ["Phone Code", "Email", "Ad Id", "Phone Type", "Mobile Brand", "Phone Verified", "Fax"],
)
def test_a3_a_column_that_only_has_a_phones_name_in_it_is_none(desk: Desk, header: str) -> None:
    content = f"{header},Mobile No.\n9812300002,9812300001\n"
    assert desk.read(content).rows() == ok(9812300001)
    assert "no column PhoneNumber" in desk.refused(f"{header},Name\n9812300001,A\n")


def test_a4_the_first_callable_number_of_the_row_is_taken(desk: Desk) -> None:
    result = desk.read(
        "Name,Phone,Mobile,Phone 1 - Value\n"
        "Landline first,022-23456789,9812300001,\n"
        "Both mobiles,9812300003,9812300002,9812300004\n"
        "Only the first,9812300005,,\n"
        "Only the last,,N/A,9812300006\n"
        "One of them broken,98123,9812300007,\n"
        "Broken before,9812300008,9.81E+09,\n"
        "Foreign before,9812300009,+44 7911 123456,\n"
        "None can be called,022-23456789,1800 123 4567,\n"
        "None is there,,-,\n"
        "Broken and a landline,98123,,011-23456789\n"
        "The same twice,98123 00010,+91-9812300010,09812300010\n"
    )
    assert result.rows() == [
        *ok(9812300001, 9812300002, 9812300005, 9812300006, 9812300007, 9812300008, 9812300009),
        ("phone_type", None),
        MISSING,
        INVALID,
        *ok(9812300010),
    ]
    none = result.detail(8)
    assert "Phone" in none
    assert "Mobile" in none
    assert "022-23456789" in none
    assert "1800 123 4567" in none
    assert not {"9812300003", "9812300004"} & set(result.sent)


def test_a4_the_schemas_own_name_comes_before_its_aliases(desk: Desk) -> None:
    assert desk.read("Mobile,phone number\n9812300001,9812300002\n").rows() == ok(9812300002)


def test_a4_the_number_taken_alone_is_screened(desk: Desk) -> None:
    listed = desk.path("dnd.txt", b"9812300001\n9812300004\n")
    result = desk.read(
        "Mobile,Phone\n9812300001,9812300002\n9812300003,9812300004\n,9812300004\n",
        f"--dnd={listed}",
    )
    assert result.rows() == [("dnd", "9812300001"), *ok(9812300003), ("dnd", "9812300004")]


@pytest.mark.parametrize(
    "header",
    ["DoNotCall", "Do Not Call", "DNC", "do_not_call", "Do-Not-Call?", "DND", "NDNC Status"],
)
def test_a5_a_row_that_says_do_not_call_is_suppressed_and_nothing_of_it_sent(
    desk: Desk, header: str
) -> None:
    yes = ["TRUE", "1", "Yes", "true", "Y", " yes ", "T", "x", "1.0", "on", "✓", "DND"]
    no = ["FALSE", "0", "No", "", "n/a", "f", "-", "0.0", "Non DND", "Not Registered"]
    words = [*yes, *no]
    rows = [f"{9812300000 + at},A,{word}\n" for at, word in enumerate(words)]

    result = desk.read(f"Phone,Name,{header}\n" + "".join(rows))

    numbers = [str(9812300000 + at) for at in range(len(words))]
    assert result.rows() == [
        *(("do_not_call", number) for number in numbers[: len(yes)]),
        *ok(*numbers[len(yes) :]),
    ]
    assert {tuple(values) for values in result.sent.values()} == {("PhoneNumber", "Name")}


def test_a5_a_mark_that_cannot_be_read_does_not_call(desk: Desk) -> None:
    result = desk.read("Phone,DNC\n9812300001,perhaps\n9812300002,2\n9812300003,No\n")
    assert result.rows() == [
        ("field_invalid", "9812300001"),
        ("field_invalid", "9812300002"),
        *ok(9812300003),
    ]
    assert "'perhaps'" in result.detail()


@pytest.mark.parametrize(
    "header",
    [
        "HasOptedOutOfEmail",
        "Email Opt Out",
        "DoNotEmail",
        "Do Not Mail",
        "HasOptedOutOfFax",
        "Unsubscribed",
    ],
)
def test_a5_opting_out_of_mail_is_another_thing(desk: Desk, header: str) -> None:
    assert desk.read(f"Phone,{header}\n9812300001,TRUE\n").rows() == ok(9812300001)


def test_a5_marks_in_json_may_be_true_or_one(desk: Desk) -> None:
    marks = [True, 1, 1.0, "Yes", False, 0, None, ""]
    lines = [json.dumps({"Phone": 9812300000 + at, "DNC": mark}) for at, mark in enumerate(marks)]
    assert [reason for reason, _ in desk.read("\n".join(lines)).rows()] == [
        *["do_not_call"] * 4,
        *["ok"] * 4,
    ]


def test_a5_e4_one_row_that_says_do_not_call_speaks_for_every_row_of_its_number(desk: Desk) -> None:
    files = {
        "a.csv": b"Phone,DNC\n9812300001,\n+91 98123 00002,yes\n9812300002,\n9812300004,\n",
        "b.jsonl": b'{"mobile": "098123-00001", "do_not_call": true}\n{"mobile": 9812300003}\n',
        "c.csv": b"Phone,DNC,ExpiryDate\n9812300001,no,\n9812300003,yes,2001-01-01 00:00:00\n",
    }

    result = desk.run(files)

    assert result.status == 0
    assert result.rows("a.csv") == [
        ("do_not_call", "9812300001"),
        ("do_not_call", "9812300002"),
        ("duplicate", "9812300002"),
        *ok(9812300004),
    ]
    assert [reason for reason, _ in result.rows("b.jsonl")] == ["do_not_call", "do_not_call"]
    assert [reason for reason, _ in result.rows("c.csv")] == ["duplicate", "do_not_call"]
    assert list(result.sent) == ["9812300004"]
    first, later = result.detail(1, "a.csv"), result.detail(3, "a.csv")
    assert first.startswith("the same number as record 1 of ")
    assert first.endswith("b.jsonl, which asks not to be called")
    assert later.startswith("the same campaign and number as record 2 of ")
    assert result.detail(2, "a.csv") == "the lead's own row asks not to be called"


def test_a5_a_file_in_which_every_row_says_do_not_call_sends_nothing(desk: Desk) -> None:
    result = desk.read("Phone,DNC\n9812300001,yes\n9812300001,yes\n9812300002,x\n")
    assert [reason for reason, _ in result.rows()] == ["do_not_call"] * 3


def test_a6_what_was_made_for_another_dialer_is_read_by_its_header(desk: Desk) -> None:
    result = desk.run(
        {
            "tabs.txt": b"vendor_lead_code\tphone_code\tphone_number\tfirst_name\n"
            b"9812300009\t91\t9812300001\tAsha\n",
            "pipes.txt": b"phone_number|first_name\r\n919812300002|Asha\r\n",
            "exotel.csv": b"phone_number,first_name,tag\n+919812300003,Asha,july\n",
            "map.csv": b"PhoneNumber,Name,Priority,ExpiryDate\n9812300004,Asha,5,2037-06-30 18:00:00\n",
        }
    )
    assert [result.rows(name) for name in ("tabs.txt", "pipes.txt", "exotel.csv", "map.csv")] == [
        ok(number) for number in range(9812300001, 9812300005)
    ]
    assert result.sent["9812300004"] == {
        "PhoneNumber": "9812300004",
        "Name": "Asha",
        "Priority": 5,
        "ExpiryDate": "2037-06-30 18:00:00",
    }


@pytest.mark.parametrize(
    "content",
    [
        "9812300001\n9812300002\n",
        "919812300001|Asha\n",
        "9812300001\tAsha\t\n",
        "+91 9812300001,Asha\n",
    ],
)
def test_a6_without_a_header_nothing_is_sent(desk: Desk, content: str) -> None:
    said = desk.refused(content)
    assert "its first line looks like a lead; add a line of column names" in said
    assert "98123" not in said


CHAT = (
    "07/08/26, 8:21 am - Messages and calls are end-to-end encrypted.\n"
    "07/08/26, 8:22 am - Asha: my number is 9812300001\n"
)
MAIL = "From: leads@example.org\r\nSubject: New lead\r\n\r\nName: Asha\r\nMobile: 9812300001\r\n"


@pytest.mark.parametrize(
    "content",
    [
        CHAT.encode(),
        MAIL.encode(),
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        b"BEGIN:VCARD\r\nTEL:9812300001",
    ],
)
def test_a7_mails_chats_and_documents_are_no_lead_files(desk: Desk, content: bytes) -> None:
    said = desk.refused(content)
    assert "leads.csv" in said
    assert "98123" not in said
