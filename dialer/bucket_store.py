"""The ledger in a bucket: workers on several machines share no disk, but they share this.

Every object is created under the condition that none of its name exists, which the bucket itself
keeps. What its client then reports is not taken for the truth where it speaks of an error: a write
that was applied and whose answer was lost is sent again by the client, finds itself, and is
reported as somebody else's. Whoever claims reads back (`dialer/ledger.py`).
"""

import re

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError

from dialer.bucket_client import open_client, reason_of
from dialer.store import ObjectExists, ObjectMissing, OutcomeUncertain, StoreError

_PAGE = 1000
_PROBE = ".probe"

# The client writes other characters as %XX in the name to begin after, which then sorts elsewhere.
_SORTS_AS_WRITTEN = re.compile(r"(?!\.)[0-9A-Za-z._-]*")


class BucketStore:
    """A prefix of a bucket: the `Store` whose objects any machine can reach.

    How long a call may last is in `dialer/bucket_client.py`.
    """

    def __init__(self, location: str) -> None:
        """Open a bucket, and see that it creates nothing that is there.

        Args:
            location: `gs://BUCKET/PREFIX` or `s3://BUCKET/PREFIX`.

        Raises:
            StoreError: it cannot be written, or it overwrites what it should only create.
        """
        self._location = location
        self._store = open_client(location)
        self._probe()

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:  # noqa: ARG002
        """See `Store.put_new`; a bucket is never full, so nothing is kept in reserve."""
        try:
            # In one request, so that the condition is part of the write itself.
            obstore.put(self._store, name, data, mode="create", use_multipart=False)
        except AlreadyExistsError as error:
            raise ObjectExists(name) from error
        except (BaseError, FileNotFoundError) as error:
            raise OutcomeUncertain(
                f"{name} could not be written to the ledger {self._location}: {reason_of(error)}"
            ) from error

    def get(self, name: str) -> bytes:
        """See `Store.get`."""
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError as error:
            raise ObjectMissing(name) from error
        except BaseError as error:
            raise StoreError(
                f"{name} of the ledger {self._location} cannot be read: {reason_of(error)}"
            ) from error

    def list_after(self, name: str) -> list[str]:
        """See `Store.list_after`; names that begin with a dot, and folders, are not the ledger's."""
        safe = _SORTS_AS_WRITTEN.match(name)
        offset = (safe and safe[0]) or None
        try:
            pages = obstore.list(self._store, offset=offset, chunk_size=_PAGE)
            found = [entry["path"] for page in pages for entry in page]
        except (BaseError, FileNotFoundError) as error:
            raise StoreError(
                f"the ledger {self._location} cannot be listed: {reason_of(error)}"
            ) from error
        return sorted(
            entry
            for entry in found
            if entry > name and not entry.startswith(".") and "/" not in entry
        )

    def delete(self, name: str) -> None:
        """See `Store.delete`."""
        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise StoreError(
                f"{name} of the ledger {self._location} cannot be removed: {reason_of(error)}"
            ) from error

    def _probe(self) -> None:
        """Create one object twice: some stores that speak S3 know no condition, and overwrite.

        It stays for good, so that from the second opening on one refused request shows it all.
        """
        for _ in range(2):
            try:
                self.put_new(_PROBE, b"")
            except ObjectExists:
                return
            except OutcomeUncertain as error:
                raise StoreError(str(error)) from error
        raise StoreError(
            f"the ledger {self._location} cannot be kept there: the store overwrites an object that"
            " it was told only to create. Choose another with --ledger"
        )
