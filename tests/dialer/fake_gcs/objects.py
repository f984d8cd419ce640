"""What the fake keeps, and under which condition it is written."""

import base64
import hashlib
import threading
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from tests.dialer.fake_gcs.checksum import crc32c


class NoSuchObject(Exception):
    """There is no object of that name."""


class NoSuchBucket(NoSuchObject):
    """There is no such bucket, let alone an object in it."""


class ConditionFailed(Exception):
    """The object's generation is not the one that the writer named."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One version of an object.

    Attributes:
        bucket, name: where it is.
        data: its bytes.
        generation: its number, of which no two versions in the server are the same.
    """

    bucket: str
    name: str
    data: bytes
    generation: int

    def headers(self) -> dict[str, str]:
        """What both interfaces say of it in their answers' heads."""
        return {
            "ETag": f'"{self.generation:x}"',
            "Last-Modified": formatdate(0, usegmt=True),
            "x-goog-generation": str(self.generation),
            "x-goog-hash": f"md5={self._md5()}",
        }

    def resource(self) -> dict[str, Any]:
        """It, as the JSON interface describes it."""
        return {
            "kind": "storage#object",
            "bucket": self.bucket,
            "name": self.name,
            "size": str(len(self.data)),
            "generation": str(self.generation),
            "metageneration": "1",
            "etag": f"{self.generation:x}",
            "crc32c": crc32c(self.data),
            "md5Hash": self._md5(),
            "contentType": "application/octet-stream",
            "updated": "1970-01-01T00:00:00.000Z",
        }

    def _md5(self) -> str:
        return base64.b64encode(hashlib.md5(self.data, usedforsecurity=False).digest()).decode()


class Objects:
    """All buckets of the fake: each call is one step that no other comes between."""

    def __init__(self, *buckets: str) -> None:
        self._buckets: dict[str, dict[str, Blob]] = {bucket: {} for bucket in buckets}
        self._lock = threading.Lock()
        self._generation = 1_000_000

    def put(self, bucket: str, name: str, data: bytes, if_generation: int | None) -> Blob:
        """Write an object; `if_generation` names the one that must be there now, 0 that none is.

        Raises:
            NoSuchBucket: there is no such bucket.
            ConditionFailed: another version is there, or none.
        """
        with self._lock:
            blobs = self._blobs(bucket)
            found = blobs[name].generation if name in blobs else 0
            if if_generation is not None and if_generation != found:
                raise ConditionFailed(name)
            self._generation += 1
            blobs[name] = Blob(bucket, name, data, self._generation)
            return blobs[name]

    def get(self, bucket: str, name: str) -> Blob:
        """The object's only version.

        Raises:
            NoSuchObject: there is none.
        """
        with self._lock:
            blobs = self._blobs(bucket)
            if name not in blobs:
                raise NoSuchObject(name)
            return blobs[name]

    def delete(self, bucket: str, name: str) -> None:
        """Remove an object.

        Raises:
            NoSuchObject: there is none.
        """
        with self._lock:
            blobs = self._blobs(bucket)
            if name not in blobs:
                raise NoSuchObject(name)
            del blobs[name]

    def page(self, bucket: str, prefix: str, after: str, size: int) -> tuple[list[Blob], bool]:
        """At most `size` objects whose names begin with `prefix` and sort after `after`; are there more?

        Raises:
            NoSuchBucket: there is no such bucket.
        """
        with self._lock:
            blobs = self._blobs(bucket)
            names = sorted(name for name in blobs if name.startswith(prefix) and name > after)
            return [blobs[name] for name in names[:size]], len(names) > size

    def _blobs(self, bucket: str) -> dict[str, Blob]:
        if bucket not in self._buckets:
            raise NoSuchBucket(bucket)
        return self._buckets[bucket]
