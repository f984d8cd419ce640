"""DeliverStream: the sink of a stream. It holds leads in state and posts them as the gate opens.

What wakes it up is a hint and no more: a timer may come early, late or twice, and what may be done
then is decided from the queue and the ledger. Only the end of the window, which no runner forgets,
must come; from then on its timer does all the work (docs/decisions/0007-streams-wake-up-and-drain.md).
"""

import logging
from collections.abc import Iterable, Sequence
from functools import partial

import apache_beam as beam
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    RuntimeTimer,
    TimerSpec,
    on_timer,
)
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import Timestamp

from dialer.clock import Clock, SystemClock
from dialer.slots import Sender
from records.lead_avro import decode_lead
from records.lead_page import QueuedLead
from transforms.deliver import OUTPUTS, DeliveredLeads, by_status
from transforms.delivery_settings import DeliverySettings
from transforms.in_process import BOARD, PROCESS_NAME, halting
from transforms.keys import KeyUnavailable, resolve_key
from transforms.lead_queue import Bag, LeadQueue, Value, append
from transforms.lists import ListSettings, ListsUnusable, open_screen
from transforms.metrics import LEADS_TO_DELIVER, REQUESTS, QueueGauges
from transforms.queue_delivery import QueueDelivery, QueueTerms
from transforms.queue_leads import StampedLead
from transforms.queue_tally import QueueTally

CLOCK: Clock = SystemClock()
"""Where the time comes from. Module state, as a clock in a DoFn would be pickled and copied."""

FRONT = ReadModifyWriteStateSpec("front", BytesCoder())
BACK = BagStateSpec("back", BytesCoder())
LEVEL_1 = BagStateSpec("level_1", BytesCoder())
LEVEL_2 = BagStateSpec("level_2", BytesCoder())
LEVEL_3 = BagStateSpec("level_3", BytesCoder())
LEVEL_4 = BagStateSpec("level_4", BytesCoder())
LEVEL_5 = BagStateSpec("level_5", BytesCoder())
LEVEL_6 = BagStateSpec("level_6", BytesCoder())
LEVEL_7 = BagStateSpec("level_7", BytesCoder())
LEVEL_8 = BagStateSpec("level_8", BytesCoder())
TALLY = ReadModifyWriteStateSpec("tally", BytesCoder())
WAKE_UP = TimerSpec("wake_up", TimeDomain.REAL_TIME)
DRAIN = TimerSpec("drain", TimeDomain.WATERMARK)

_LONGEST_WAIT_SECS = 3600.0
_LONGEST_DOZE_SECS = 10.0
_WINDOW_END = GlobalWindow().max_timestamp()
_log = logging.getLogger(__name__)

TaggedOutputs = Iterable[beam.pvalue.TaggedOutput]


class DeliverStream(beam.PTransform):
    """Posts leads to the dialer's bulk API as they come, no more often than the gap allows.

    Input: pairs of an account and a list of `StampedLead`s, unbounded, in the global window.
    Outputs: `delivered`, `failed`, `unknown`, `suppressed`: lists of `Outcome`, with the bundle that
        had their answer.
    Guarantee: that of the slot protocol (docs/guarantees.md): no lead twice, none lost, the gap kept.
        Leads of a campaign leave in the order they came. At the end of the stream all that wait are
        delivered first.
    Parallelism: one at a time an account.
    """

    def __init__(self, *, settings: DeliverySettings, lists: ListSettings) -> None:
        """Deliver by these settings, judging each lead by the lists when it is sent."""
        super().__init__()
        self._deliver = _DeliverQueueFn(settings, lists)

    def expand(self, batches: beam.PCollection) -> DeliveredLeads:
        """Apply to pairs of account and leads."""
        tagged = batches | "Deliver queue" >> beam.ParDo(self._deliver).with_outputs(*OUTPUTS)
        return DeliveredLeads(*(tagged[status] for status in OUTPUTS))


class _DeliverQueueFn(beam.DoFn):
    """Queues the leads of an account, and delivers them: the unbounded driver."""

    def __init__(self, settings: DeliverySettings, lists: ListSettings) -> None:
        self._settings = settings
        self._lists = lists

    def setup(self) -> None:
        settings, clock = self._settings, CLOCK
        with halting(ListsUnusable, KeyUnavailable):
            self._screen = open_screen(self._lists, clock=clock)
            key = resolve_key(settings.key_reference)
        self._delivery = QueueDelivery(
            QueueTerms(
                open_ledger=partial(settings.ledger.open, clock),
                client=settings.client(clock),
                terms=settings.terms(key),
                sender=Sender(PROCESS_NAME, settings.ledger.run, settings.lock),
                judge=settings.judge(self._screen),
                limit=settings.limit,
                clock=clock,
                why_wait=self._screen.why_unfit,
            )
        )
        self._gauges = QueueGauges()

    def process(
        self,
        batch: tuple[str, Sequence[StampedLead]],
        back: Bag = beam.DoFn.StateParam(BACK),
        tally_cell: Value = beam.DoFn.StateParam(TALLY),
        wake_up: RuntimeTimer = beam.DoFn.TimerParam(WAKE_UP),
        drain: RuntimeTimer = beam.DoFn.TimerParam(DRAIN),
    ) -> None:
        now_secs = CLOCK.now().wall_secs
        leads = batch[1]
        append(back, [QueuedLead(since_secs, lead) for since_secs, lead in leads])
        tally = QueueTally(tally_cell)
        tally.arrive(decode_lead(lead).campaign for _, lead in leads)
        tally.save()
        wake_up.set(Timestamp(now_secs + _wait_secs(tally, now_secs)))
        drain.set(_WINDOW_END)
        LEADS_TO_DELIVER.inc(len(leads))

    @on_timer(WAKE_UP)
    def on_wake_up(
        self,
        front: Value = beam.DoFn.StateParam(FRONT),
        back: Bag = beam.DoFn.StateParam(BACK),
        level_1: Bag = beam.DoFn.StateParam(LEVEL_1),
        level_2: Bag = beam.DoFn.StateParam(LEVEL_2),
        level_3: Bag = beam.DoFn.StateParam(LEVEL_3),
        level_4: Bag = beam.DoFn.StateParam(LEVEL_4),
        level_5: Bag = beam.DoFn.StateParam(LEVEL_5),
        level_6: Bag = beam.DoFn.StateParam(LEVEL_6),
        level_7: Bag = beam.DoFn.StateParam(LEVEL_7),
        level_8: Bag = beam.DoFn.StateParam(LEVEL_8),
        tally_cell: Value = beam.DoFn.StateParam(TALLY),
        wake_up: RuntimeTimer = beam.DoFn.TimerParam(WAKE_UP),
    ) -> TaggedOutputs:
        """Do one act, and say when there will be more to do."""
        tally = QueueTally(tally_cell)
        if tally.is_draining:
            # Never cleared, since that makes some runners fire it: it finds that it is out of work.
            return ()
        levels = (level_1, level_2, level_3, level_4, level_5, level_6, level_7, level_8)
        outputs = self._act(LeadQueue(front=front, back=back, levels=levels), tally)
        if tally.waiting:
            wake_up.set(Timestamp(tally.wakes_at_secs))
        return outputs

    @on_timer(DRAIN)
    def on_drain(
        self,
        front: Value = beam.DoFn.StateParam(FRONT),
        back: Bag = beam.DoFn.StateParam(BACK),
        level_1: Bag = beam.DoFn.StateParam(LEVEL_1),
        level_2: Bag = beam.DoFn.StateParam(LEVEL_2),
        level_3: Bag = beam.DoFn.StateParam(LEVEL_3),
        level_4: Bag = beam.DoFn.StateParam(LEVEL_4),
        level_5: Bag = beam.DoFn.StateParam(LEVEL_5),
        level_6: Bag = beam.DoFn.StateParam(LEVEL_6),
        level_7: Bag = beam.DoFn.StateParam(LEVEL_7),
        level_8: Bag = beam.DoFn.StateParam(LEVEL_8),
        tally_cell: Value = beam.DoFn.StateParam(TALLY),
        drain: RuntimeTimer = beam.DoFn.TimerParam(DRAIN),
    ) -> TaggedOutputs:
        """The stream has ended: sleep what remains, do one act, and come again until all is done.

        Its outcomes leave with the firing, which therefore ends before it would sleep again.
        """
        tally = QueueTally(tally_cell)
        tally.is_draining = True
        outputs: TaggedOutputs = ()
        if self._doze(tally):
            levels = (level_1, level_2, level_3, level_4, level_5, level_6, level_7, level_8)
            outputs = self._act(LeadQueue(front=front, back=back, levels=levels), tally)
        else:
            tally.save()
        if tally.waiting:
            drain.set(_WINDOW_END)
        return outputs

    def _doze(self, tally: QueueTally) -> bool:
        """Sleep towards the next act, not for long; whether its time has come."""
        wait_secs = _wait_secs(tally, CLOCK.now().wall_secs)
        CLOCK.sleep(min(wait_secs, _LONGEST_DOZE_SECS))
        return wait_secs <= _LONGEST_DOZE_SECS

    def _act(self, queue: LeadQueue, tally: QueueTally) -> TaggedOutputs:
        """Do one act for the queue; state is saved, and the tally says when the next one is due."""
        requests, notices = BOARD.requests, len(BOARD.notices)
        act = self._delivery.act(queue, tally)
        queue.save()
        now = CLOCK.now()
        tally.wakes_at_secs = now.wall_secs + min(act.wait_secs, _LONGEST_WAIT_SECS)
        tally.save()
        REQUESTS.inc(BOARD.requests - requests)
        self._gauges.show(
            waiting=tally.waiting,
            oldest_secs=min((now.wall_secs - each.since_secs for each in queue.front), default=0),
            opens_in_secs=BOARD.next_request_boot_secs - now.boot_secs,
            silent_requests=BOARD.silent_requests,
            lists_changed_secs=self._screen.dated_secs,
            now_secs=now.wall_secs,
        )
        for notice in BOARD.notices[notices:]:
            _log.warning(notice)
        return list(by_status(act.outcomes))


def _wait_secs(tally: QueueTally, now_secs: float) -> float:
    """How long it is until the next act is due; a time that no act can have named is past."""
    wait_secs = tally.wakes_at_secs - now_secs
    return wait_secs if 0 < wait_secs <= _LONGEST_WAIT_SECS else 0.0
