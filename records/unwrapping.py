"""Records of a file to the leads in them, each a record of its own: `--record_path`."""

import dataclasses
from collections.abc import Iterable, Iterator
from functools import lru_cache

from records.avro_values import plain
from records.blocks import Decoded, Unreadable, as_json
from records.message_content import ContentReader
from records.messages import records_in, unreadable
from records.record_pairs import RecordPairs, parse_record_pairs, with_pairs
from records.record_paths import NoRecord, RecordPath, parse_record_path
from records.wrapping import Wrapping


@lru_cache(maxsize=4)
def path_of(wrapping: Wrapping) -> RecordPath:
    """Return the path as keys.

    Raises:
        ValueError: It is none; the text says what is right.
    """
    return () if wrapping.record_path is None else parse_record_path(wrapping.record_path)


@lru_cache(maxsize=4)
def pairs_of(wrapping: Wrapping) -> tuple[RecordPairs, ...]:
    """Return where the pairs are.

    Raises:
        ValueError: One of them is none; the text says what is right.
    """
    return tuple(map(parse_record_pairs, wrapping.record_pairs))


def unwrapped(
    records: Iterable[Decoded | Unreadable],
    wrapping: Wrapping,
    *,
    first: int,
    are_messages: bool,
) -> Iterator[Decoded | Unreadable]:
    """Give the leads in some records.

    Args:
        records: as they stand in the file.
        wrapping: where in them the leads are.
        first: the number of the first lead; each further one has the next.
        are_messages: whether each record is a message that was written to the file, with its id:
            then its leads are known by that, and counted in it from 0.

    Yields:
        One answer for each lead, and at least one for each record.
    """
    number = first
    for record in records:
        if isinstance(record, Unreadable):
            yield dataclasses.replace(record, number=number)
            number += 1
            continue
        message_id = record.fields.get("message_id") if are_messages else None
        for index, lead in enumerate(_leads(record, wrapping)):
            if isinstance(message_id, str) and message_id:
                yield dataclasses.replace(lead, number=index, message_id=message_id)
            elif are_messages:
                fault = NoRecord(record.lead_json, "the message has no message_id")
                yield unreadable(number, fault)
            else:
                yield dataclasses.replace(lead, number=number)
            number += 1


def _leads(record: Decoded, wrapping: Wrapping) -> Iterator[Decoded | Unreadable]:
    found = records_in(dict(record.fields), path_of(wrapping), ContentReader(), called="the record")
    for lead in found:
        if isinstance(lead, NoRecord):
            yield unreadable(0, lead)
        else:
            lead_json = as_json(plain(lead))
            yield Decoded(0, with_pairs(lead, pairs_of(wrapping)), lead_json)
