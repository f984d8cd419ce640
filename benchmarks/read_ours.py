"""The program's own side of `read_speed`: files read, decoded, validated and screened, none posted.

Usage: `python -m benchmarks.read_ours LEADS LIST FOLDER`; without a list (`-`) nothing is screened.
"""

import json
import logging
import resource
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.metrics.metric import MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from benchmarks.memory import peak_bytes
from pipeline.inputs import find_inputs
from records.lead_block import LeadBlock
from schemas.lead_schema import default_lead_schema
from transforms.decode import DecodeLeads
from transforms.lists import ListSettings
from transforms.read import InputFile, ReadLeads, ranges_of
from transforms.screen import ScreenLeads
from transforms.validate import LeadRules, ValidateLeads
from transforms.write_outcomes import WriteOutcomes

_ACCEPTED = "accepted"


class _CountLeadsFn(beam.DoFn):
    """Counts the leads that would be posted."""

    def setup(self) -> None:
        self._counter = Metrics.counter("bench", _ACCEPTED)

    def process(self, block: LeadBlock) -> None:
        self._counter.inc(len(block))


def compose(
    pipeline: beam.Pipeline,
    files: Sequence[InputFile],
    rules: LeadRules,
    lists: ListSettings,
    folder: Path,
) -> None:
    """The program's graph up to where leads would be batched."""
    ranges = pipeline | "Name ranges" >> beam.Create(ranges_of(files))
    decoded = ranges | "Read leads" >> ReadLeads() | "Decode leads" >> DecodeLeads()
    validated = decoded.records | "Validate leads" >> ValidateLeads(rules=rules)
    screened = validated.accepted | "Screen leads" >> ScreenLeads(lists=lists, sent_before=None)
    for step, rejected in (
        ("decode", decoded.rejected),
        ("validate", validated.rejected),
        ("screen", screened.rejected),
    ):
        rejected | f"Write {step}" >> WriteOutcomes(folder=str(folder), start=step)
    screened.accepted | "Count leads" >> beam.ParDo(_CountLeadsFn())


def main(leads: str, listed: str, folder: str) -> None:
    """Read a file of leads, and print what it took."""
    logging.disable(logging.CRITICAL)  # Beam's opinions of our type hints
    before = _cpu_secs()
    schema = default_lead_schema()
    text = resources.files("schemas").joinpath("lead.avsc").read_text("utf-8")
    rules = LeadRules(text, "lead.avsc", "Asia/Kolkata", "Bench", None)
    lists = ListSettings(() if listed == "-" else (listed,), schema.region, allow_empty=False)
    files = find_inputs([leads], schema, None)
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    compose(pipeline, files, rules, lists, Path(folder))
    result = pipeline.run()
    result.wait_until_finish()
    secs = _cpu_secs() - before
    (counted,) = result.metrics().query(MetricsFilter().with_name(_ACCEPTED))["counters"]
    found = {"cpu_secs": secs, "accepted": counted.committed, "peak_bytes": peak_bytes()}
    print(json.dumps(found))


def _cpu_secs() -> float:
    """What all threads of the process have used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
