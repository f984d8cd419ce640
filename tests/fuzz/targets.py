"""What is fuzzed: each target with its check and its samples."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import answers, lead_files, ledgers, lists

CORPUS = Path(__file__).with_name("corpus")


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of foreign bytes.

    Attributes:
        name: what it is called, and its file in `corpus/`.
        check: reads bytes; raises what must not be raised.
        samples: good inputs, to begin with.
    """

    name: str
    check: Callable[[bytes], None]
    samples: Callable[[], list[bytes]]

    @property
    def corpus_file(self) -> Path:
        """Where its inputs are kept, one a line in hexadecimal digits."""
        return CORPUS / f"{self.name}.txt"

    def corpus(self) -> Iterator[bytes]:
        """The inputs that are kept."""
        if self.corpus_file.exists():
            for line in self.corpus_file.read_text().splitlines():
                yield bytes.fromhex(line)

    def keep(self, data: bytes) -> None:
        """Keep an input."""
        with self.corpus_file.open("a") as file:
            file.write(f"{data.hex()}\n")


TARGETS = {
    target.name: target
    for target in (
        Target("http", answers.check_http, answers.http_samples),
        Target("body", answers.check_body, answers.body_samples),
        Target("csv", lead_files.check_file, lead_files.csv_samples),
        Target("json", lead_files.check_file, lead_files.json_samples),
        Target("avro", lead_files.check_file, lead_files.avro_samples),
        Target("parquet", lead_files.check_file, lead_files.parquet_samples),
        Target("wrapped", lead_files.check_wrapped_file, lead_files.wrapped_samples),
        Target("message", lead_files.check_message, lead_files.message_samples),
        Target("list_text", lists.check_list, lists.text_samples),
        Target("list_table", lists.check_list, lists.table_samples),
        Target("list_index", lists.check_index, lists.index_samples),
        Target("ledger", ledgers.check_object, ledgers.samples),
    )
}
"""By name."""
