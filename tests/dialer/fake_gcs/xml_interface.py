"""The XML interface: objects by their path, and their names in pages."""

from collections.abc import Mapping
from urllib.parse import unquote
from xml.sax.saxutils import escape

from tests.dialer.fake_gcs.messages import Reply, Request, slice_of
from tests.dialer.fake_gcs.objects import (
    Blob,
    ConditionFailed,
    NoSuchBucket,
    NoSuchObject,
    Objects,
)

_CONDITION = "x-goog-if-generation-match"
_MOST_KEYS = 1000


def answer_xml(objects: Objects, request: Request) -> Reply:
    """Do what an XML request asks."""
    bucket, _, name = request.path.removeprefix("/").partition("/")
    try:
        return _answer(objects, request, unquote(bucket), unquote(name))
    except NoSuchBucket:
        return _fault(404, "NoSuchBucket")
    except NoSuchObject:
        return _fault(404, "NoSuchKey")
    except ConditionFailed:
        return _fault(412, "PreconditionFailed")


def _answer(objects: Objects, request: Request, bucket: str, name: str) -> Reply:
    match request.method:
        case "PUT":
            condition = request.headers.get(_CONDITION)
            generation = int(condition) if condition is not None else None
            blob = objects.put(bucket, name, request.body, generation)
            return Reply(200, headers=blob.headers())
        case "GET" if name:
            blob = objects.get(bucket, name)
            reply = slice_of(blob.data, request.headers)
            return Reply(reply.status, reply.body, {**reply.headers, **blob.headers()})
        case "GET":
            return _listing(objects, bucket, request.query)
        case "DELETE":
            objects.delete(bucket, name)
            return Reply(204)
        case _:
            return _fault(405, "MethodNotAllowed")


def _listing(objects: Objects, bucket: str, query: Mapping[str, str]) -> Reply:
    after = query.get("continuation-token") or query.get("start-after", "")
    size = min(int(query.get("max-keys", _MOST_KEYS)), _MOST_KEYS)
    blobs, is_cut = objects.page(bucket, query.get("prefix", ""), after, size)
    token = (
        f"<NextContinuationToken>{escape(blobs[-1].name)}</NextContinuationToken>" if is_cut else ""
    )
    text = (
        f"<ListBucketResult><Name>{escape(bucket)}</Name><KeyCount>{len(blobs)}</KeyCount>"
        f"<IsTruncated>{str(is_cut).lower()}</IsTruncated>{token}"
        f"{''.join(map(_entry, blobs))}</ListBucketResult>"
    )
    return Reply(200, text.encode(), {"Content-Type": "application/xml"})


def _entry(blob: Blob) -> str:
    return (
        f"<Contents><Key>{escape(blob.name)}</Key><Size>{len(blob.data)}</Size>"
        f'<LastModified>1970-01-01T00:00:00.000Z</LastModified><ETag>"{blob.generation:x}"</ETag>'
        "</Contents>"
    )


def _fault(status: int, code: str) -> Reply:
    text = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>"
    return Reply(status, text.encode(), {"Content-Type": "application/xml"})
