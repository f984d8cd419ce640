"""The JSON interface: metadata, downloads, resumable uploads, copies, and batches of all these."""

import email
import itertools
import re
from email.message import Message
from urllib.parse import unquote

import orjson

from tests.dialer.fake_gcs.messages import Reply, Request, slice_of
from tests.dialer.fake_gcs.objects import ConditionFailed, NoSuchObject, Objects

PREFIXES = ("/storage/v1/", "/upload/storage/v1/", "/download/storage/v1/", "/batch/storage/v1")

_BUCKET = re.compile(r"/storage/v1/b/([^/]+)")
_OBJECTS = re.compile(r"(?:/upload)?/storage/v1/b/([^/]+)/o")
_OBJECT = re.compile(r"(/download)?/storage/v1/b/([^/]+)/o/([^/]+)")
_COPY = re.compile(r"/storage/v1/b/([^/]+)/o/([^/]+)/(?:copyTo|rewriteTo)/b/([^/]+)/o/([^/]+)")
_SENT = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_BOUNDARY = "the-fake's-batch"


class JsonInterface:
    """Answers JSON requests; uploads under way are kept between the requests of one."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._uploads: dict[str, tuple[str, str, int | None, bytearray]] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Request, *, base_url: str) -> Reply:
        """Do what a request asks; `base_url` is where an upload's further parts are to go."""
        if request.path.startswith("/batch/"):
            return self._batch(request, base_url)
        try:
            return self._answer(request, base_url)
        except NoSuchObject:
            return _fault(404, "notFound")
        except ConditionFailed:
            return _fault(412, "conditionNotMet")

    def _answer(self, request: Request, base_url: str) -> Reply:
        if request.path.startswith("/upload/"):
            return self._upload(request, base_url)
        if found := _COPY.fullmatch(request.path):
            bucket, name, to_bucket, to_name = map(unquote, found.groups())
            blob = self._objects.get(bucket, name)
            copied = self._objects.put(to_bucket, to_name, blob.data, _condition(request))
            resource = copied.resource()
            is_copy = "/copyTo/" in request.path
            return Reply.json(resource if is_copy else {"done": True, "resource": resource})
        if found := _OBJECT.fullmatch(request.path):
            bucket, name = unquote(found[2]), unquote(found[3])
            if request.method == "DELETE":
                self._objects.delete(bucket, name)
                return Reply(204)
            blob = self._objects.get(bucket, name)
            if found[1] is None and request.query.get("alt") != "media":
                return Reply.json(blob.resource())
            reply = slice_of(blob.data, request.headers)
            return Reply(reply.status, reply.body, {**reply.headers, **blob.headers()})
        if found := _OBJECTS.fullmatch(request.path):
            return self._listing(unquote(found[1]), request)
        if found := _BUCKET.fullmatch(request.path):
            self._objects.page(unquote(found[1]), "", "", 1)
            return Reply.json({"kind": "storage#bucket", "name": unquote(found[1])})
        return _fault(404, "notFound")

    def _listing(self, bucket: str, request: Request) -> Reply:
        size = int(request.query.get("maxResults", 1000))
        after, prefix = request.query.get("pageToken", ""), request.query.get("prefix", "")
        blobs, is_cut = self._objects.page(bucket, prefix, after, size)
        token = {"nextPageToken": blobs[-1].name} if is_cut else {}
        return Reply.json({"items": [blob.resource() for blob in blobs], **token})

    def _upload(self, request: Request, base_url: str) -> Reply:
        """Begin a resumable upload, or take a part of one."""
        if request.method == "POST":
            found = _OBJECTS.fullmatch(request.path)
            if found is None or request.query.get("uploadType") != "resumable":
                return _fault(400, "invalid")
            name = request.query.get("name") or orjson.loads(request.body)["name"]
            upload = str(next(self._numbers))
            self._uploads[upload] = (unquote(found[1]), name, _condition(request), bytearray())
            target = f"{base_url}{request.path}?uploadType=resumable&upload_id={upload}"
            return Reply(200, headers={"Location": target})
        upload = request.query["upload_id"]
        bucket, name, condition, data = self._uploads[upload]
        sent = _SENT.fullmatch(request.headers.get("content-range", ""))
        if sent is not None and sent[1] is not None:
            del data[int(sent[1]) :]
        data += request.body
        if sent is not None and (sent[2] == "*" or int(sent[2]) > len(data)):
            return Reply(308, headers={"Range": f"bytes=0-{len(data) - 1}"} if data else {})
        blob = self._objects.put(bucket, name, bytes(data), condition)
        del self._uploads[upload]
        return Reply.json(blob.resource())

    def _batch(self, request: Request, base_url: str) -> Reply:
        """Several requests in one, each answered for itself."""
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        parts = email.message_from_bytes(head + request.body).get_payload()
        texts = []
        for part in parts:
            assert isinstance(part, Message)
            asked = _request_in(part)
            reply = self.answer(asked, base_url=base_url)
            content_id = str(part["Content-ID"]).replace("<", "<response-", 1)
            head_lines = "".join(f"{key}: {value}\r\n" for key, value in reply.headers.items())
            texts.append(
                f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: {content_id}\r\n"
                f"\r\nHTTP/1.1 {reply.status} -\r\n{head_lines}\r\n{reply.body.decode()}\r\n"
            )
        body = "".join([*texts, f"--{_BOUNDARY}--\r\n"]).encode()
        return Reply(200, body, {"Content-Type": f'multipart/mixed; boundary="{_BOUNDARY}"'})


def _request_in(part: Message) -> Request:
    first_line, _, rest = str(part.get_payload()).lstrip().partition("\n")
    method, target, _ = first_line.split()
    inner = email.message_from_string(rest)
    return Request.of(method, target, dict(inner.items()), str(inner.get_payload()).encode())


def _condition(request: Request) -> int | None:
    asked = request.query.get("ifGenerationMatch")
    return int(asked) if asked is not None else None


def _fault(status: int, reason: str) -> Reply:
    body = {"error": {"code": status, "message": reason, "errors": [{"reason": reason}]}}
    return Reply.json(body, status=status)
