"""Where the ledger's objects lie: four calls, of which one is an exclusive create.

A driver publishes an object whole or not at all, and to exactly one of all that try its name.
docs/decisions/0002 says why the local driver is written here and not taken from a library.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

RESERVE_BYTES = 512 * 1024
"""Room kept free for the answer of a request that is on its way: 200 rows with long words take about
a tenth of it."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class StoreError(Exception):
    """The store failed and nothing of the object is there to be seen."""


class ObjectExists(StoreError):
    """The name is taken: somebody's object, perhaps our own, stands there."""


class ObjectMissing(StoreError):
    """There is no object of that name."""


class OutcomeUncertain(StoreError):
    """The store failed in a way that leaves open whether the object is there: read it back."""


class NotDurable(StoreError):
    """The object can be seen, but the disk did not say that it will outlast a power cut."""


class Store(Protocol):
    """Named, immutable objects."""

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        """Create an object, atomically and durably, where none of that name exists.

        Args:
            name: the object's name, a plain file name.
            data: its bytes.
            spend_reserve: whether room set aside for this may be used up.

        Raises:
            ObjectExists: the name is taken.
            OutcomeUncertain: it may have been created.
            NotDurable: it was created, but perhaps not for good.
            StoreError: it was not created.
        """
        ...

    def get(self, name: str) -> bytes:
        """The bytes of an object.

        Raises:
            ObjectMissing: there is none of that name.
            StoreError: it could not be read.
        """
        ...

    def list_after(self, name: str) -> list[str]:
        """The names that sort after `name` (itself not among them), in order.

        Raises:
            StoreError: the store could not be listed.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is no fault.

        Raises:
            StoreError: it could not be removed.
        """
        ...


class LocalStore:
    """A folder of a local disk.

    An object is written to a temporary file, synced, and given its name by a hard link: the one step
    that is exclusive and shows the whole file or none of it. Then the folder itself is synced.
    """

    def __init__(self, folder: Path) -> None:
        """Make the folder where it lacks, owner-only, and try out what the protocol needs.

        Raises:
            StoreError: the folder cannot be made or written, or knows no hard links.
        """
        self._folder = folder
        self._reserve = folder / ".reserve"
        with _failing_as_store_error(f"the ledger {folder} cannot be used"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._keep_reserve()
            self._probe_links()

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        """See `Store.put_new`; `spend_reserve` frees the kept room when the disk is full."""
        what = f"{name} could not be written to the ledger {self._folder}"
        with _failing_as_store_error(what):
            try:
                if not spend_reserve:
                    self._keep_reserve()
                temporary = self._write_temporary(name, data)
            except OSError as error:
                if not spend_reserve or error.errno not in _NO_ROOM:
                    raise
                self._reserve.unlink(missing_ok=True)
                temporary = self._write_temporary(name, data)
        try:
            with _failing_as_store_error(what):
                try:
                    os.link(temporary, self._folder / name)
                except FileExistsError as error:
                    raise ObjectExists(name) from error
        finally:
            temporary.unlink(missing_ok=True)
        try:
            self._sync_folder()
        except OSError as error:
            raise NotDurable(f"{what} for good: {_reason(error)}") from error

    def get(self, name: str) -> bytes:
        """See `Store.get`."""
        with _failing_as_store_error(f"{name} of the ledger {self._folder} cannot be read"):
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError as error:
                raise ObjectMissing(name) from error

    def list_after(self, name: str) -> list[str]:
        """See `Store.list_after`; files that begin with a dot are the driver's own."""
        with _failing_as_store_error(f"the ledger {self._folder} cannot be listed"):
            entries = os.listdir(self._folder)  # noqa: PTH208 - twice as fast, once a request
        return sorted(entry for entry in entries if entry > name and not entry.startswith("."))

    def delete(self, name: str) -> None:
        """See `Store.delete`."""
        with _failing_as_store_error(f"{name} of the ledger {self._folder} cannot be removed"):
            (self._folder / name).unlink(missing_ok=True)

    def _write_temporary(self, name: str, data: bytes) -> Path:
        temporary = self._folder / f".{name}.{secrets.token_hex(8)}"
        try:
            _write_synced(temporary, data)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _keep_reserve(self) -> None:
        """Set the room aside, unless it is."""
        if self._reserve.exists():
            return
        temporary = self._write_temporary(self._reserve.name, bytes(RESERVE_BYTES))
        temporary.replace(self._reserve)

    def _probe_links(self) -> None:
        probe = self._folder / f".probe.{secrets.token_hex(8)}"
        try:
            os.link(self._reserve, probe)
        except FileNotFoundError:
            # Another process spent the reserve this very moment: it has links, then.
            return
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise
            raise StoreError(
                f"the ledger {self._folder} needs a disk with hard links"
                f" ({_reason(error)}): choose a folder on a local disk with --ledger"
            ) from error
        finally:
            probe.unlink(missing_ok=True)
        self._sync_folder()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _failing_as_store_error(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
