"""Schemas with values that fit them, as hypothesis makes them; and what writes them."""

import io
import json
from itertools import count

import fastavro
from hypothesis import strategies as st

Sample = tuple[object, object]

_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
_LEAVES: list[tuple[object, st.SearchStrategy[object]]] = [
    ("null", st.none()),
    ("boolean", st.booleans()),
    ("int", st.integers(-(2**31), 2**31 - 1)),
    ("long", st.integers(-(2**63), 2**63 - 1)),
    ("float", st.floats(-16_777_215, 16_777_215, width=32)),
    ("double", st.floats(allow_nan=False, allow_infinity=False)),
    ("bytes", st.binary(max_size=8)),
    ("string", _TEXT),
]


@st.composite
def _leaf(draw: st.DrawFn) -> Sample:
    schema, values = draw(st.sampled_from(_LEAVES))
    return schema, draw(values)


@st.composite
def _sample(draw: st.DrawFn, depth: int) -> Sample:
    kind = draw(st.sampled_from(["leaf", "enum", "fixed", "array", "map", "union", "record"]))
    if depth == 0 or kind == "leaf":
        return draw(_leaf())
    if kind == "enum":
        symbols = draw(st.lists(st.sampled_from("ABCDEFG"), min_size=1, unique=True))
        return {"type": "enum", "symbols": symbols}, draw(st.sampled_from(symbols))
    if kind == "fixed":
        fixed = draw(st.binary(max_size=4))
        return {"type": "fixed", "size": len(fixed)}, fixed
    schema, value = draw(_sample(depth=depth - 1))
    if kind == "array":
        return {"type": "array", "items": schema}, [value] * draw(st.integers(0, 3))
    if kind == "map":
        # The other implementation writes no map with an empty name as JSON.
        names = draw(st.lists(_TEXT.filter(bool), max_size=3, unique=True))
        return {"type": "map", "values": schema}, dict.fromkeys(names, value)
    if kind == "union" and not isinstance(schema, list) and schema != "null":
        union = draw(st.permutations(["null", schema]))
        return union, draw(st.sampled_from([None, value]))
    others = draw(st.lists(_sample(depth=depth - 1), max_size=3))
    parts = [(schema, value), *others]
    fields = [{"name": f"f{n}", "type": part} for n, (part, _) in enumerate(parts)]
    return {"type": "record", "fields": fields}, {
        f"f{n}": part for n, (_, part) in enumerate(parts)
    }


def _named(schema: object, numbers: "count[int]") -> object:
    """A schema whose types have names, each its own."""
    if isinstance(schema, list):
        return [_named(branch, numbers) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    named = {key: _named(part, numbers) for key, part in schema.items() if key != "symbols"}
    if schema.get("type") in ("record", "enum", "fixed"):
        named |= {"name": f"T{next(numbers)}", "namespace": "test"}
    return named | {key: schema[key] for key in ("symbols",) if key in schema}


SAMPLES: st.SearchStrategy[Sample] = _sample(depth=3).map(
    lambda sample: (_named(sample[0], count()), sample[1])
)


def written_binary(schema: object, value: object) -> bytes:
    """A value in Avro's binary encoding, by another implementation."""
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(json.loads(json.dumps(schema))), value)
    return body.getvalue()


def written_json(schema: object, value: object) -> bytes:
    """A value in Avro's JSON encoding, by another implementation."""
    text = io.StringIO()
    fastavro.json_writer(text, fastavro.parse_schema(json.loads(json.dumps(schema))), [value])
    return text.getvalue().encode()
