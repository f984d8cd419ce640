"""Which store a ledger's location names: the one place that knows folders from buckets."""

from pathlib import Path

from dialer.bucket_store import BucketStore
from dialer.store import LocalStore, Store


def open_store(location: str) -> Store:
    """Open the store of a ledger.

    Args:
        location: a folder of this machine, `gs://BUCKET/PREFIX` or `s3://BUCKET/PREFIX`.

    Raises:
        StoreError: it cannot be used; the message says why.
    """
    if "://" in location:
        return BucketStore(location)
    return LocalStore(Path(location))
