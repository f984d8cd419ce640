from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from records.lead_page import QueuedLead
from tests.transforms.memory_cells import MemoryQueue
from transforms.lead_queue import FACTOR, LEVELS, append


def queued(first: int, count: int) -> list[QueuedLead]:
    return [QueuedLead(number, b"lead %d" % number) for number in range(first, first + count)]


def drained(cells: MemoryQueue) -> list[QueuedLead]:
    queue = cells.look()
    while queue.lengthen():
        pass
    return list(queue.front)


class AnyUseOfAQueue(RuleBasedStateMachine):
    """Pages of two leads, so that some dozen leads reach the higher levels."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = MemoryQueue(page_leads=2)
        self.front: list[QueuedLead] = []
        self.behind: list[QueuedLead] = []
        self.arrived = 0

    @rule(batches=st.lists(st.integers(0, 5), max_size=40))
    def leads_arrive(self, batches: list[int]) -> None:
        for count in batches:
            arrived = queued(self.arrived, count)
            append(self.cells.back, arrived)
            self.behind += arrived
            self.arrived += count

    @rule(pages=st.integers(0, 6), kept=st.integers(0, 5), saves=st.booleans())
    def some_leave(self, pages: int, kept: int, saves: bool) -> None:
        queue = self.cells.look()
        for _ in range(pages):
            came = queue.lengthen()
            front = list(queue.front)
            assert came == bool(self.behind)
            assert front[: len(self.front)] == self.front
            new = front[len(self.front) :]
            assert new == self.behind[: len(new)]
            self.front, self.behind = front, self.behind[len(new) :]
        stays = self.front[-kept:] if kept else []
        queue.replace_front(stays)
        self.front = stays
        queue.save()
        if saves:
            queue.save()

    @rule(shift=st.integers(0, 3))
    def some_are_put_back_in_another_order(self, shift: int) -> None:
        queue = self.cells.look()
        self.front = self.front[shift:] + self.front[:shift]
        queue.replace_front(self.front)
        queue.save()

    @invariant()
    def the_front_is_as_it_was_left(self) -> None:
        assert list(self.cells.look().front) == self.front

    def teardown(self) -> None:
        assert drained(self.cells) == self.front + self.behind


TestAnyUseOfAQueue = AnyUseOfAQueue.TestCase
TestAnyUseOfAQueue.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_more_than_the_levels_are_made_for_keeps_its_order() -> None:
    cells = MemoryQueue(page_leads=1)
    planned = FACTOR**LEVELS
    arrived = queued(0, 2 * planned)
    for lead in arrived:
        append(cells.back, [lead])
    gone: list[QueuedLead] = []
    for _ in arrived:
        queue = cells.look()
        assert queue.lengthen()
        gone += queue.front
        queue.replace_front([])
        queue.save()
    assert gone == arrived
    assert not cells.look().lengthen()


def test_a_look_that_changes_nothing_writes_nothing() -> None:
    cells = MemoryQueue()
    queue = cells.look()
    assert not queue.lengthen()
    queue.save()
    assert cells.front.value is None


def test_a_page_too_small_for_a_request_is_put_together_with_its_neighbours() -> None:
    cells = MemoryQueue(page_leads=200)
    for lead in queued(0, 500):
        append(cells.back, [lead])
    queue = cells.look()
    assert queue.lengthen()
    assert list(queue.front) == queued(0, 200)


def test_leads_put_back_leave_in_front_of_those_that_came_later() -> None:
    cells = MemoryQueue()
    append(cells.back, queued(0, 3))
    queue = cells.look()
    queue.lengthen()
    queue.replace_front(queue.front[1:])
    queue.save()
    append(cells.back, queued(3, 2))
    assert drained(cells) == queued(1, 4)
