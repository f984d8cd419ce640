"""A bucket that holds, refuses or denies what is written to the ledger in it, object by object."""

from collections.abc import Callable
from urllib.parse import unquote

from dialer.slot_format import slot_of
from tests.dialer.fake_gcs import FakeGcs
from tests.dialer.fake_gcs.messages import Reply, Request

BUCKET = "bucket"
LOCATION = f"gs://{BUCKET}/ledger"
_PREFIX = f"/{BUCKET}/ledger/"
_FOR_A_MOMENT, _FOR_GOOD = 503, 403


class HeldStore(FakeGcs):
    """Serves a bucket whose objects' moments the test knows of.

    Attributes:
        before_write: is asked before a slot's object is written, by slot and part; False: the client
            has gone, and nothing is written.
        after_write: is told that a slot's object is written, before its writer is.
        errors: how many of the next requests are answered with an error that passes.
        lies: how many of the next writes are applied and answered with such an error, so that the
            client's own retry finds the name taken.
        is_barred: whether every request is refused, as where a right was withdrawn.
        failed: how many requests were answered so, or denied.
    """

    def __init__(self) -> None:
        """Serve one empty bucket."""
        super().__init__(BUCKET)
        self.before_write: Callable[[int, str], bool] = _yes
        self.after_write: Callable[[int, str], None] = _nothing
        self.errors = 0
        self.lies = 0
        self.is_barred = False
        self.failed = 0

    def names(self) -> list[str]:
        """The names of the ledger's objects."""
        blobs, _ = self.objects.page(BUCKET, "ledger/", "", 10_000)
        return [blob.name.removeprefix("ledger/") for blob in blobs]

    def answer(self, request: Request) -> Reply | None:
        """As a store does, unless it is to be otherwise."""
        slot = slot_of(unquote(request.path).removeprefix(_PREFIX))
        is_write = request.method == "PUT" and slot is not None
        if is_write and slot is not None and not self.before_write(*slot):
            return None
        if self.is_barred or self.errors:
            return self._fail()
        reply = super().answer(request)
        if is_write and slot is not None:
            self.after_write(*slot)
            if self.is_barred or self.lies:
                return self._fail()
        return reply

    def _fail(self) -> Reply:
        self.failed += 1
        if self.is_barred:
            return Reply(_FOR_GOOD)
        self.errors, self.lies = max(self.errors - 1, 0), max(self.lies - 1, 0)
        return Reply(_FOR_A_MOMENT)


def _yes(_slot: int, _part: str) -> bool:
    return True


def _nothing(_slot: int, _part: str) -> None:
    """Go on."""
