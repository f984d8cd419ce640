"""A store in this process's memory, for a ledger that nothing shall outlast: a rehearsal, a test."""

from dialer.store import ObjectExists, ObjectMissing


class MemoryStore:
    """Objects in this process's memory.

    Attributes:
        objects: what is stored, by name.
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.objects: dict[str, bytes] = {}

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:  # noqa: ARG002
        """See `Store.put_new`."""
        if name in self.objects:
            raise ObjectExists(name)
        self.objects[name] = data

    def get(self, name: str) -> bytes:
        """See `Store.get`."""
        if name not in self.objects:
            raise ObjectMissing(name)
        return self.objects[name]

    def list_after(self, name: str) -> list[str]:
        """See `Store.list_after`."""
        return sorted(known for known in self.objects if known > name)

    def delete(self, name: str) -> None:
        """See `Store.delete`."""
        self.objects.pop(name, None)
