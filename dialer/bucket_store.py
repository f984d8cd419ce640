"""The ledger in a bucket: workers on several machines share no disk, but they share this.

Every object is created under the condition that none of its name exists, which the bucket itself
keeps. What its client then reports is not taken for the truth where it speaks of an error: a write
that was applied and whose answer was lost is sent again by the client, finds itself, and is
reported as somebody else's. Whoever claims reads back (`dialer/ledger.py`).

Credentials come from the environment, as each cloud's own tools find them: on Google's machines from
their service account, else GOOGLE_APPLICATION_CREDENTIALS; AWS_ACCESS_KEY_ID and its kin. So do
emulators: STORAGE_EMULATOR_HOST, as Google's own clients have it, and AWS_ENDPOINT_URL, which also
names other makers' stores that speak S3.
"""

import json
import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import GCSStore, S3Store

from dialer.store import ObjectExists, ObjectMissing, OutcomeUncertain, StoreError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

SCHEMES = ("gs", "s3")
"""What a bucket's location begins with, before `://`."""

_CONNECT_SECS = 5.0
_REQUEST_SECS = 10.0
_RETRY_SECS = 30.0
_MOST_BACKOFF_SECS = 4.0
_PAGE = 1000
_PROBE = ".probe"

# The client writes other characters as %XX in the name to begin after, which then sorts elsewhere.
_SORTS_AS_WRITTEN = re.compile(r"(?!\.)[0-9A-Za-z._-]*")

_STATUS = re.compile(r"status code: (\d{3}[A-Za-z ]*)")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_KIND = re.compile(r"kind: (Timeout|Connect),")
_URL = re.compile(r"\S+://\S+")
# The clouds' own addresses for credentials: asked where the environment holds none.
_CREDENTIALS = re.compile(r"/computeMetadata/|/latest/(?:api/token|meta-data)")


class BucketStore:
    """A prefix of a bucket: the `Store` whose objects any machine can reach.

    One call may last as long as its retries are begun, 30 s, and one request more, 10 s.
    """

    def __init__(self, location: str) -> None:
        """Open a bucket, and see that it creates nothing that is there.

        Args:
            location: `gs://BUCKET/PREFIX` or `s3://BUCKET/PREFIX`.

        Raises:
            StoreError: it cannot be written, or it overwrites what it should only create.
        """
        self._location = location
        self._store = _open(location)
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
                f"{name} could not be written to the ledger {self._location}: {_reason(error)}"
            ) from error

    def get(self, name: str) -> bytes:
        """See `Store.get`."""
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError as error:
            raise ObjectMissing(name) from error
        except BaseError as error:
            raise StoreError(
                f"{name} of the ledger {self._location} cannot be read: {_reason(error)}"
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
                f"the ledger {self._location} cannot be listed: {_reason(error)}"
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
                f"{name} of the ledger {self._location} cannot be removed: {_reason(error)}"
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


def _open(location: str) -> "ObjectStore":
    scheme, _, rest = location.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme not in SCHEMES or not bucket:
        known = " or ".join(f"{known}://BUCKET/PREFIX" for known in SCHEMES)
        raise StoreError(f"the ledger {location} cannot be used: write {known}")
    try:
        opened = _open_gcs if scheme == "gs" else _open_s3
        return opened(bucket, prefix.strip("/") or None)
    except (BaseError, ValueError) as error:
        raise StoreError(f"the ledger {location} cannot be used: {_reason(error)}") from error


def _open_gcs(bucket: str, prefix: str | None) -> "ObjectStore":
    emulator = os.environ.get("STORAGE_EMULATOR_HOST")
    if not emulator:
        return GCSStore(bucket, prefix=prefix, client_options=_client(), retry_config=_retries())
    url = emulator if "://" in emulator else f"http://{emulator}"
    # Nothing less keeps the client from asking the cloud's own address for a token.
    nobody = {
        "gcs_base_url": url.rstrip("/"),
        "disable_oauth": True,
        "client_email": "",
        "private_key": "",
        "private_key_id": "",
    }
    return GCSStore(
        bucket,
        prefix=prefix,
        config={"service_account_key": json.dumps(nobody)},
        client_options=_client(allow_http=url.startswith("http://")),
        retry_config=_retries(),
    )


def _open_s3(bucket: str, prefix: str | None) -> "ObjectStore":
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    endpoint = next(filter(None, map(os.environ.get, names)), "")
    # The client refuses plain http unless told: whoever wrote it into the environment meant it.
    client = _client(allow_http=endpoint.startswith("http://"))
    return S3Store(bucket, prefix=prefix, client_options=client, retry_config=_retries())


def _client(*, allow_http: bool = False) -> "ClientConfig":
    return {
        "allow_http": allow_http,
        "connect_timeout": timedelta(seconds=_CONNECT_SECS),
        "timeout": timedelta(seconds=_REQUEST_SECS),
    }


def _retries() -> "RetryConfig":
    return {
        "retry_timeout": timedelta(seconds=_RETRY_SECS),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=_MOST_BACKOFF_SECS),
            "base": 2,
        },
    }


def _reason(error: Exception) -> str:
    """Why the store failed, in a few words, without the address and what may be hidden in it.

    >>> _reason(Exception("GET https://h/b?sig=S3CRET in 2ms - HTTP error: error sending request"))
    'HTTP error: error sending request'
    """
    text = str(error)
    if _CREDENTIALS.search(text):
        return (
            "no credentials were found: set GOOGLE_APPLICATION_CREDENTIALS for gs://,"
            " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3://"
        )
    status, code = _STATUS.search(text), _CODE.search(text)
    if status:
        return f"the store answered {status[1].strip()}" + (f" ({code[1]})" if code else "")
    if kind := _KIND.search(text):
        timeout = f"no answer within {_REQUEST_SECS:g} s"
        return timeout if kind[1] == "Timeout" else "no connection to the store"
    first_line = text.partition("\n")[0].rpartition(" - ")[2]
    return _URL.sub("...", first_line)[:160] or type(error).__name__
