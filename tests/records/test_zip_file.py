import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.layout import NotALeadFile
from records.opening import open_leads
from records.peeking import CorruptStream
from tests.records.reading import SCHEMA, read
from tests.records.zip_files import packed

CSV = b"PhoneNumber,Name\n9876512345,Asha\n"


def refusal(content: bytes) -> str:
    with pytest.raises(NotALeadFile) as caught:
        open_leads(io.BytesIO(content), name="leads.zip", schema=SCHEMA)
    return str(caught.value)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize(
    "content", [CSV, CSV.decode().encode("utf-16"), b'[{"PhoneNumber": "9876512345"}]']
)
def test_a_zip_of_one_file_is_that_file(method: int, content: bytes) -> None:
    (fields,) = read(packed({"leads.csv": content}, method)).fields

    assert fields["PhoneNumber"] == "9876512345"


@pytest.mark.parametrize("lost", range(1, 60))
def test_a_zip_that_has_lost_bytes_on_its_way_is_damaged(tmp_path: Path, lost: int) -> None:
    whole = packed({"leads.csv": CSV})
    path = tmp_path / "leads.zip"
    path.write_bytes(whole[:20] + whole[20 + lost :])
    with path.open("rb") as file, pytest.raises((NotALeadFile, CorruptStream)) as caught:
        open_leads(file, name="leads.zip", schema=SCHEMA).content.read(1 << 20)
    assert re.search("cut off or damaged|corrupt", str(caught.value))


@pytest.mark.parametrize(
    "others",
    [
        {"folder/": b""},
        {"__MACOSX/": b"", "__MACOSX/._leads.csv": b"x"},
        {"folder/.DS_Store": b"x"},
    ],
)
def test_folders_and_what_macos_adds_do_not_count(others: dict[str, bytes]) -> None:
    for files in ({**others, "folder/leads.csv": CSV}, {"leads.csv": CSV, **others}):
        opened = open_leads(io.BytesIO(packed(files)), name="leads.zip", schema=SCHEMA)

        assert (opened.packing, opened.is_stored_plain) == ("zip", False)
        assert opened.content.read(99) == CSV


def encrypted(content: bytes) -> bytes:
    """The same archive with the flag of an encrypted file, here and in its directory."""
    flag = struct.pack("<H", 1)
    marked = content[:6] + flag + content[8:]
    place = marked.index(b"PK\x01\x02") + 8
    return marked[:place] + flag + marked[place + 2 :]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (packed({"a.csv": CSV, "b.csv": CSV}), "a zip archive of 2 files; unpack it first"),
        (packed({f"{n}.csv": b"" for n in range(12)}), "a zip archive of 12 files"),
        (packed({}), "a zip archive without any file in it"),
        (packed({"folder/": b""}), "a zip archive without any file in it"),
        (packed({"a.csv": CSV}).replace(b"a.csv", b"\0.csv"), "a zip archive without any file"),
        (encrypted(packed({"a.csv": CSV})), "an encrypted zip archive; unpack it first"),
        (packed({"a.csv": CSV})[:-30], "a zip archive that is cut off or damaged; fetch it"),
        (packed({"xl/workbook.xml": b"", "[Content_Types].xml": b""}), "an Excel workbook; save"),
        (packed({"word/document.xml": b"", "[Content_Types].xml": b""}), "an Excel workbook or"),
        (packed({"content.xml": b"", "META-INF/manifest.xml": b""}), "an OpenDocument"),
        (packed({"leads.pdf": b"%PDF-1.7"}), "a PDF document"),
        (packed({"leads.zip": packed({"leads.csv": CSV})}), "a zip archive; unpack it first"),
    ],
)
def test_what_is_no_zip_of_one_file_of_leads_is_refused(content: bytes, what: str) -> None:
    assert refusal(content).startswith(f"leads.zip is {what}")


def test_a_folder_called_xl_makes_no_workbook() -> None:
    assert read(packed({"xl/leads.csv": CSV})).numbers == [1]


def test_a_zip_whose_checksum_is_wrong_is_corrupt() -> None:
    content = packed({"leads.csv": CSV}, zipfile.ZIP_STORED).replace(
        b"9876512345", b"9876512346", 1
    )

    with pytest.raises(CorruptStream, match="the zip data is corrupt"):
        read(content)


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_zip_with_a_wrong_byte_never_gives_other_leads(place: int, change: int) -> None:
    content = bytearray(packed({"leads.csv": CSV}))
    content[place % len(content)] ^= change

    try:
        fields = read(bytes(content)).fields
    except (NotALeadFile, CorruptStream):
        return
    assert [field["PhoneNumber"] for field in fields] == ["9876512345"]
