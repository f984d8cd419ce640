"""Cells of state in memory: they give back what was saved, as a runner's state does."""

from transforms.lead_queue import LEVELS, LeadQueue


class MemoryValue:
    def __init__(self) -> None:
        self.value: bytes | None = None

    def read(self) -> bytes | None:
        return self.value

    def write(self, value: bytes) -> None:
        self.value = value


class MemoryBag:
    def __init__(self) -> None:
        self.values: list[bytes] = []

    def read(self) -> list[bytes]:
        return list(self.values)

    def add(self, value: bytes) -> None:
        self.values.append(value)

    def clear(self) -> None:
        self.values.clear()


class MemoryQueue:
    """The cells of one queue."""

    def __init__(self, *, page_leads: int = 200) -> None:
        self.front = MemoryValue()
        self.back = MemoryBag()
        self.levels = [MemoryBag() for _ in range(LEVELS)]
        self._page_leads = page_leads

    def look(self) -> LeadQueue:
        """A look at the queue, as another firing has it."""
        return LeadQueue(
            front=self.front, back=self.back, levels=self.levels, page_leads=self._page_leads
        )
