"""The client of a bucket: which one a location names, how long it tries, and why it failed.

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

from obstore.exceptions import BaseError
from obstore.store import GCSStore, S3Store

from dialer.store import StoreError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

SCHEMES = ("gs", "s3")
"""What a bucket's location begins with, before `://`."""

CONNECT_SECS = 5.0
REQUEST_SECS = 10.0
RETRY_SECS = 30.0
"""No request is begun again later than this; so a call lasts at most this and one request more."""

_MOST_BACKOFF_SECS = 4.0

_STATUS = re.compile(r"status code: (\d{3}[A-Za-z ]*)")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_KIND = re.compile(r"kind: (Timeout|Connect),")
_URL = re.compile(r"\S+://\S+")
# The clouds' own addresses for credentials: asked where the environment holds none.
_CREDENTIALS = re.compile(r"/computeMetadata/|/latest/(?:api/token|meta-data)")


def open_client(location: str) -> "ObjectStore":
    """A client of the bucket and prefix that a location names; nothing is asked of it yet.

    Raises:
        StoreError: it names none.
    """
    scheme, _, rest = location.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme not in SCHEMES or not bucket:
        known = " or ".join(f"{known}://BUCKET/PREFIX" for known in SCHEMES)
        raise StoreError(f"the ledger {location} cannot be used: write {known}")
    try:
        opened = _open_gcs if scheme == "gs" else _open_s3
        return opened(bucket, prefix.strip("/") or None)
    except (BaseError, ValueError) as error:
        raise StoreError(f"the ledger {location} cannot be used: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """Why the store failed, in a few words, without the address and what may be hidden in it.

    >>> reason_of(Exception("GET https://h/b?sig=S3CRET in 2ms - HTTP error: error sending request"))
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
        timeout = f"no answer within {REQUEST_SECS:g} s"
        return timeout if kind[1] == "Timeout" else "no connection to the store"
    first_line = text.partition("\n")[0].rpartition(" - ")[2]
    return _URL.sub("...", first_line)[:160] or type(error).__name__


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
        "connect_timeout": timedelta(seconds=CONNECT_SECS),
        "timeout": timedelta(seconds=REQUEST_SECS),
    }


def _retries() -> "RetryConfig":
    return {
        "retry_timeout": timedelta(seconds=RETRY_SECS),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=_MOST_BACKOFF_SECS),
            "base": 2,
        },
    }
