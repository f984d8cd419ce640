"""The job of events as a stream: on Prism in this process, or on Dataflow."""

import threading
import time
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.prism_runner import PrismRunner
from apache_beam.runners.runner import PipelineResult

from pipeline import terminal
from pipeline.events_job import conclude
from pipeline.events_setup import EventsJob
from pipeline.exit_status import EXIT_DONE
from pipeline.faults import Faults
from pipeline.graph import build_stream
from pipeline.prism import running_prism
from pipeline.progress import StreamProgress
from pipeline.summary import Summary, summarise
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, halt, stop_requested, stops_requested
from transforms.read_messages import HELD, ReadHeldMessages, ReadSubscription

_PAUSE_SECS = 0.2
_TEN_YEARS_SECS = 10 * 365 * 86_400


def submit_stream(prepared: EventsJob) -> int:
    """Give the job to Dataflow, where it runs on without this process.

    Returns:
        The exit status: 0, the service has taken it.

    Raises:
        Faults: the service does not take it.
    """
    events, placement = prepared.events, prepared.options.placement
    try:
        pipeline = beam.Pipeline(options=_stream_options(prepared.options.beam))
        read = ReadSubscription(
            subscription=events.subscription, timestamp_attribute=events.timestamp_attribute
        )
        _build(pipeline, prepared, read)
        result = pipeline.run()
    except Exception as error:  # the runner's client raises whatever it meets
        raise Faults(
            [
                f"{placement.runner} does not take the job ({terminal.internal_failure(error)}): see"
                " to --project, --region, --temp_location, and your rights there"
            ]
        ) from error
    terminal.say(f"submitted: job {result.job_id()}; outcomes will be in {prepared.outcomes_place}")
    return EXIT_DONE


def run_prism_stream(prepared: EventsJob) -> int:
    """Run the stream on Prism until a signal or a quiet time ends it, and all that came is settled.

    Returns:
        The exit status: 0 it ended cleanly, 1 it stopped for a failure, with leads pending.

    Raises:
        Faults: Prism cannot be started; nothing was pulled.
    """
    binary = prepared.options.placement.prism
    assert binary is not None  # else the options would have been refused
    started = time.monotonic()
    with running_prism(binary) as endpoint, prepared.subscribed() as held:
        HELD[:] = [held]
        # When Prism is ended early, Beam's threads fail one by one, and would say so at length.
        threading.excepthook = _say_nothing
        run = _Run(_on_prism(prepared, endpoint))
        with StreamProgress(held, lists=prepared.job.lists):
            _watch(run, held, prepared)
        summary = run.give_up()
    return conclude(prepared, summary, held, secs=time.monotonic() - started)


class _Run:
    """A pipeline that runs in a thread, so that this one can go on watching the messages."""

    def __init__(self, pipeline: beam.Pipeline) -> None:
        self._pipeline = pipeline
        self._result: PipelineResult | None = None
        self._is_given_up = False
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def give_up(self) -> Summary:
        """Have no more to do with it; what it has come to, also where it is not over."""
        self._is_given_up = True
        try:
            return summarise(self._result.metrics()) if self._result else Summary()
        except Exception:  # noqa: BLE001 - Prism itself has failed: what is counted there is gone
            return Summary()

    def _run(self) -> None:
        try:
            self._result = self._pipeline.run()
            self._result.wait_until_finish()
        except Exception as error:  # noqa: BLE001 - Beam raises a step's failure in many types
            if not self._is_given_up:
                halt(terminal.internal_failure(error))


def _say_nothing(_failure: threading.ExceptHookArgs) -> None:
    """Leave it to whoever watches the pipeline."""


def _watch(run: _Run, held: HeldMessages, prepared: EventsJob) -> None:
    """End messages that are settled, and the stream when it is time, until all has drained."""
    idle_secs = prepared.events.idle_secs
    while not run.is_over:
        time.sleep(_PAUSE_SECS)
        held.end_settled(prepared.make_durable)
        is_quiet = idle_secs is not None and held.is_quiet(idle_secs)
        if held.failure:
            halt(held.failure)
        if stop_requested() or is_quiet or BOARD.stopped:
            held.close()
        if stops_requested() > 1 or BOARD.stopped:
            # What waits goes back to the subscription; the ledger knows what was sent.
            return
    held.end_settled(prepared.make_durable)


def _on_prism(prepared: EventsJob, endpoint: str) -> beam.Pipeline:
    """The pipeline on the Prism that listens there."""
    options = _stream_options(
        [
            *prepared.options.beam,
            *("--job_endpoint", endpoint, "--environment_type", "LOOPBACK"),
            # Beam gives a job up after five minutes, unless it is told to wait.
            *("--job_server_timeout", str(_TEN_YEARS_SECS)),
        ]
    )
    pipeline = beam.Pipeline(runner=PrismRunner(), options=options)
    read = ReadHeldMessages(timestamp_attribute=prepared.events.timestamp_attribute)
    _build(pipeline, prepared, read)
    return pipeline


def _stream_options(arguments: Sequence[str]) -> PipelineOptions:
    return PipelineOptions([*arguments, "--streaming"])


def _build(pipeline: beam.Pipeline, prepared: EventsJob, read: beam.PTransform) -> None:
    events = prepared.events
    build_stream(
        pipeline,
        prepared.job,
        read,
        settings=events.messages,
        flush_secs=events.flush_secs,
    )
