"""Lists in a bucket: workers of one machine fetch each version once between them, and map it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from suppression.building import BuildTerms, build_index
from tests.dialer.fake_gcs import FakeGcs
from tests.suppression.built_lists import source_of

ROOT = Path(__file__).parents[2]
PATIENCE_SECS = 120.0
NUMBERS = b"".join(b"98765%05d\n" % number for number in range(0, 99_999, 3))

WORKER = """
import numpy as np
from apache_beam.internal.gcp import auth
# Beam looks for credentials though the emulator takes none, for some twenty seconds.
auth._Credentials._credentials_init = True
from transforms.lists import ListSettings, open_screen
screen = open_screen(ListSettings(("gs://lists/dnd",), "IN", allow_empty=False))
asked = np.array([919876500000, 919876500001, 919876500003], np.int64)
print(screen.version, screen.count, screen.listed(asked).tolist())
print("dialfeed-maps", sum("/lists/" in line and ".dnd" in line for line in open("/proc/self/maps")))
"""


@pytest.fixture
def gcs() -> Iterator[FakeGcs]:
    with FakeGcs("lists") as fake:
        yield fake


def start(fake: FakeGcs, cache: Path) -> "subprocess.Popen[str]":
    """Start a worker, as a machine of a cluster has several."""
    own = {"STORAGE_EMULATOR_HOST": fake.url, "DIALFEED_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        text=True,
    )


def said(worker: "subprocess.Popen[str]") -> str:
    out, _ = worker.communicate(timeout=PATIENCE_SECS)
    assert worker.returncode == 0
    return out


def readings(fake: FakeGcs) -> int:
    return sum(path.startswith("/download/") for _, path in fake.requests)


@pytest.mark.parametrize("is_index", [False, True])
def test_workers_that_start_at_once_fetch_a_list_once_and_map_the_same_file(
    gcs: FakeGcs, tmp_path: Path, is_index: bool
) -> None:
    content = NUMBERS
    if is_index:
        build_index([source_of(NUMBERS, "dnd.txt")], tmp_path / "new", BuildTerms("IN"))
        content = (tmp_path / "new").read_bytes()
    gcs.objects.put("lists", "dnd", content, None)
    alone = said(start(gcs, tmp_path / "another machine"))
    once = readings(gcs)
    assert once > 0
    assert "33333 [True, False, True]" in alone

    workers = [start(gcs, tmp_path / "machine") for _ in range(2)]
    assert [said(worker) for worker in workers] == [alone] * 2
    assert readings(gcs) == 2 * once
    assert "dialfeed-maps 1" in alone
    assert len(list((tmp_path / "machine" / "lists").glob("*.dnd"))) == 1
