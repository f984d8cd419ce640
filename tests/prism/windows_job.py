"""A streaming job on Prism: numbers from a journal to files of outcomes. Run as a process."""

import argparse
from pathlib import Path

import apache_beam as beam
from apache_beam.io.unbounded_source import ReadFromUnboundedSource
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.prism_runner import PrismRunner

from schemas.outcome import Outcome, Source, Status
from tests.prism.journal import Journal
from tests.transforms.running import AT
from transforms.write_windows import WriteOutcomeWindows


def main() -> None:
    """Run until the journal has ended and all outcomes are in files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prism", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--window_secs", type=float, required=True)
    told = parser.parse_args()
    options = PipelineOptions(
        [
            "--streaming",
            "--environment_type=LOOPBACK",
            f"--prism_location={told.prism}",
            "--job_server_timeout=86400",
        ]
    )
    source = Journal(told.folder / "journal", told.folder / "end")
    with beam.Pipeline(runner=PrismRunner(), options=options) as pipeline:
        numbers = pipeline | "Read journal" >> ReadFromUnboundedSource(
            source, poll_interval=0.2, max_read_time_seconds=0.5
        )
        outcomes = numbers | "To outcomes" >> beam.Map(_to_outcomes)
        outcomes | "Write windows" >> WriteOutcomeWindows(
            folder=str(told.folder / "outcomes"), window_secs=told.window_secs
        )


def _to_outcomes(number: int) -> list[Outcome]:
    return [
        Outcome(
            status=Status.INVALID,
            reason="phone_missing",
            detail="",
            campaign=None,
            phone=None,
            lead_json=b"{}",
            source=Source.of_message(f"m{number}", 0),
            request_id=None,
            at=AT,
        )
    ]


if __name__ == "__main__":
    main()
