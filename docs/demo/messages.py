"""The demo's sample leads as messages: the same leads as in its files, as publishers send them.

One lead or several in a message, as JSON, packed, in base64, or as a JSON text; and what is
published by mistake.
"""

import base64
import bz2
import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from docs.demo.make_samples import (
    CRM_KEYS,
    JUNK_LINES,
    SEED,
    WEB_KEYS,
    json_lines,
    make_leads,
    make_numbers,
)


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A message, and how many records there are in it: so many outcomes it must have."""

    data: bytes
    records: int


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _as_json_text(content: bytes) -> bytes:
    return json.dumps(content.decode()).encode()


# What a message's JSON is put into. As it is stands several times: most messages are plain.
WRAPPINGS: tuple[Callable[[bytes], bytes], ...] = (
    *(bytes,) * 5,
    _packed,
    base64.b64encode,
    lambda content: base64.urlsafe_b64encode(_packed(content)),
    _as_json_text,
)
# How many leads a message holds; only lists can hold several.
SIZES = (*(1,) * 8, 2, 3, 5, 12)

A_LEAD = b'{"phone_number": "9000012345", "full_name": "In poor company", "campaign": "Webinar"}'
# What nobody can read, with the number of records in it: a list has as many as it has items.
JUNK = (
    *(SampleMessage(line, 2 if line.startswith(b'["') else 1) for line in JUNK_LINES),
    SampleMessage(b" ", 1),
    SampleMessage(b"[]", 1),
    SampleMessage(b'["no", 7, null, "lead", {}]', 5),
    SampleMessage(b"[" + A_LEAD + b", 7, null]", 3),
    SampleMessage(_packed(A_LEAD)[:-30], 1),
    SampleMessage(bz2.compress(A_LEAD), 1),
    SampleMessage(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", 1),
    SampleMessage(b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", 1),
    SampleMessage(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 1),
    SampleMessage(base64.b64encode(b"a text about nothing"), 1),
)


def make_messages(seed: int = SEED) -> list[SampleMessage]:
    """Makes the messages, in the order in which they are to be published."""
    dice = random.Random(seed)
    leads, _ = make_leads(dice, make_numbers(dice))
    half = len(leads) // 2
    records = [*json_lines(leads[:half], WEB_KEYS), *json_lines(leads[half:], CRM_KEYS)]
    dice.shuffle(records)
    rest = iter(records)
    messages = list(JUNK)
    while held := list(islice(rest, dice.choice(SIZES))):
        is_list = len(held) > 1 or dice.random() < 0.1
        content = b"[" + b",".join(held) + b"]" if is_list else held[0]
        messages.append(SampleMessage(dice.choice(WRAPPINGS)(content), len(held)))
    dice.shuffle(messages)
    return messages
