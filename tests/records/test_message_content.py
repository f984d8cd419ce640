import base64
import bz2
import gzip
import json
import time
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from records.message_content import MAX_PLAIN_BYTES, ContentReader, UnreadableContent

LEAD = {"Phone": "9876512345", "Name": "Asha"}
TEXT = json.dumps(LEAD).encode()


def read(content: bytes) -> object:
    return ContentReader().read(content, called="the message")[0]


def as_text(content: bytes) -> bytes:
    return json.dumps(content.decode()).encode()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # no time of day in it, for it may stand in a test's id


LAYERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzipped,
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 without padding": lambda content: base64.b64encode(content).rstrip(b"="),
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "blanks": lambda content: b" \r\n" + content + b"\n",
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("value", [LEAD, [LEAD, LEAD], {}, [], {"Name": "\u0915??>>~~"}])
def test_i1_i3_each_layer_is_taken_off_by_content(layer: str, value: object) -> None:
    assert read(LAYERS[layer](json.dumps(value, ensure_ascii=False).encode())) == value


@pytest.mark.parametrize(
    "content",
    [
        base64.b64encode(gzipped(TEXT)),
        gzipped(base64.b64encode(TEXT)),
        base64.b64encode(base64.b64encode(TEXT)),
        base64.encodebytes(base64.urlsafe_b64encode(gzipped(TEXT))),
        as_text(base64.b64encode(TEXT)),
        as_text(base64.b64encode(gzipped(TEXT))),
        as_text(TEXT),
        as_text(as_text(TEXT)),
    ],
)
def test_i1_layers_come_on_top_of_each_other(content: bytes) -> None:
    assert read(content) == LEAD


def test_the_text_is_that_of_the_innermost_json() -> None:
    reader = ContentReader()
    assert reader.read(base64.b64encode(b" " + TEXT + b"\n"), called="it") == (LEAD, TEXT)


UNREADABLE = [
    (b"", "the message is empty"),
    (b" \n", "the message is empty"),
    (b"junk", r"the message is not JSON: Expecting value \(character 1\)"),
    (b"aGVsbG8gd29ybGQ=", "the message is not JSON"),
    (b"12", "the message is a JSON number or truth value, not an object or a list"),
    (b"null", "the message is null, not"),
    (b'"text"', "the message is a JSON text, not"),
    (b'{"a": NaN}', "the message is not JSON: NaN is no JSON value"),
    (b'{"a":\n 1,}', r"the message is not JSON: .* \(character 10\)"),
    (b'{"Name": "Ren\xe9"}', r"the message is not UTF-8 \(byte 14\)"),
    (b"[" * 100_000, "the JSON is nested too deep"),
    (b"PK\x03\x04xl/", "the message is an Excel workbook, not JSON"),
    (b"Obj\x01", "the message is an Avro file, not JSON"),
    (b"<html></html>", "the message is a web page, not JSON"),
    (bytes(range(1, 32)), "the message is binary data, and nothing says of which kind"),
    (gzipped(TEXT)[:-9], "the message is packed: the gzip data is cut off"),
    (gzipped(TEXT)[:-8] + b"\0" * 8, "the message is packed: the gzip data is corrupt"),
    (gzipped(gzipped(TEXT)), "the message is a file that was packed twice, not JSON"),
    (base64.b64encode(b'{"Phone": '), "the message is not JSON: Expecting value"),
    (bz2.compress(TEXT), "the message is packed, and not as gzip"),
    (base64.b64encode(zstandard.compress(TEXT)), "the message is packed, and not as gzip"),
    (b"[" + b" " * MAX_PLAIN_BYTES + b"]", "the message is greater than is read"),
]


@pytest.mark.parametrize(("content", "detail"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_says_what_it_is(content: bytes, detail: str) -> None:
    with pytest.raises(UnreadableContent, match=detail):
        read(content)


def test_the_raw_text_is_the_innermost_that_was_reached() -> None:
    with pytest.raises(UnreadableContent) as caught:
        read(gzipped(base64.b64encode(b'{"Phone": ')))
    assert caught.value.raw == b'{"Phone":'


def test_a_packed_bomb_is_refused_before_it_goes_off() -> None:
    bomb = gzipped(b'{"Name": "' + b"a" * (300 * 1024 * 1024) + b'"}')
    started = time.process_time()
    for content in (bomb, base64.b64encode(bomb)):
        with pytest.raises(UnreadableContent, match=r"a message may hold 10,485,760 bytes"):
            read(content)
    assert time.process_time() - started < 5


def test_many_packed_texts_of_one_message_share_its_room() -> None:
    reader = ContentReader()
    packed = gzipped(b'{"Name": "' + b"a" * (MAX_PLAIN_BYTES // 3) + b'"}')
    for _ in range(2):
        reader.read(packed, called="a part")
    with pytest.raises(UnreadableContent, match="greater than is read"):
        reader.read(packed, called="a part")


@pytest.mark.parametrize("junk", [b"a" + b" " * 10**6 + b"!", b"a" * 10**6 + b"!", b"=" * 10**6])
def test_long_junk_that_is_almost_base64_costs_no_time(junk: bytes) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableContent):
        read(junk)
    assert time.process_time() - started < 2


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from([*LAYERS]))
def test_any_bytes_are_json_or_unreadable(content: bytes, layer: str) -> None:
    for wrapped in (content, LAYERS[layer](content)):
        try:
            assert isinstance(read(wrapped), dict | list)
        except UnreadableContent:
            continue
