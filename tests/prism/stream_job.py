"""A streaming job on Prism: leads from a journal to the dialer, outcomes to files. Run as a process."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import apache_beam as beam
import orjson
from apache_beam.io.unbounded_source import ReadFromUnboundedSource
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.prism_runner import PrismRunner

from records.lead_avro import encode_lead
from tests.prism.journal import Journal
from tests.transforms.delivering import NO_LISTS, settings_at
from tests.transforms.queue_rig import message
from transforms.batch import BatchStreamLeads
from transforms.deliver_stream import DeliverStream
from transforms.write_outcomes import WriteOutcomes

GAP_SECS = 1.0
FLUSH_SECS = 0.5


def main() -> None:
    """Run until the journal has ended and all that came is settled; then say what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prism", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--start", required=True)
    told = parser.parse_args()
    pipeline = beam.Pipeline(
        runner=PrismRunner(),
        options=PipelineOptions(
            [
                "--streaming",
                "--environment_type=LOOPBACK",
                f"--prism_location={told.prism}",
                "--job_server_timeout=86400",
            ]
        ),
    )
    source = Journal(told.folder / "journal", told.folder / "end")
    delivered = (
        pipeline
        | "Read journal"
        >> ReadFromUnboundedSource(source, poll_interval=0.5, max_read_time_seconds=1.0)
        | "To leads" >> beam.Map(_to_lead).with_output_types(tuple[str, bytes])
        | "Batch leads" >> BatchStreamLeads(flush_secs=FLUSH_SECS)
        | "Of one account" >> beam.MapTuple(_of_account).with_output_types(tuple[str, list[bytes]])
        | "Deliver stream"
        >> DeliverStream(
            settings=settings_at(
                told.url,
                told.folder,
                gap_secs=GAP_SECS,
                timeout_secs=2.0,
                dedupe_window_secs=86_400.0,
            ),
            lists=NO_LISTS,
        )
    )
    for output in ("delivered", "failed", "unknown", "suppressed"):
        getattr(delivered, output) | f"Write {output}" >> WriteOutcomes(
            folder=str(told.folder / "outcomes"), start=f"{told.start}-{output}"
        )
    result = pipeline.run()
    result.wait_until_finish()
    found = result.metrics().query()
    values = {each.key.metric.name: each.committed for each in found["counters"]}
    values |= {each.key.metric.name: each.committed.value for each in found["gauges"]}
    sys.stdout.write(orjson.dumps(values).decode() + "\n")


def _to_lead(fields: dict[str, object]) -> tuple[str, bytes]:
    campaign = str(fields["campaign"])
    return campaign, encode_lead(message(int(str(fields["number"])), campaign=campaign))


def _of_account(campaign: str, leads: Iterable[bytes]) -> tuple[str, list[bytes]]:  # noqa: ARG001
    return "account", list(leads)


if __name__ == "__main__":
    main()
