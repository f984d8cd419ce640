"""Lists and indices in a bucket, through Beam's file systems."""

import gzip
from collections.abc import Iterator

import pytest
from apache_beam.internal.gcp import auth

from tests.dialer.fake_gcs import FakeGcs
from tests.pipeline.suppression_desk import SuppressionDesk
from tests.records.zip_files import zipped


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    # Beam looks for credentials though the emulator takes none, for some twenty seconds.
    monkeypatch.setattr(auth._Credentials, "_credentials_init", True)
    with FakeGcs("lists") as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


def test_an_index_is_built_of_lists_in_a_bucket(gcs: FakeGcs, desk: SuppressionDesk) -> None:
    gcs.objects.put("lists", "in/1.txt.gz", gzip.compress(b"9876512345\n"), None)
    gcs.objects.put("lists", "in/2.zip", zipped(b"9876512346\n9876512347\n"), None)

    index = desk.built("gs://lists/in/*", desk.write("a.txt", "9876512348\n"))

    shown = desk.shown(index)
    assert shown["numbers"] == 4
    assert [source["name"] for source in shown["sources"]] == [
        *("gs://lists/in/1.txt.gz", "gs://lists/in/2.zip", desk.path("a.txt"))
    ]


def test_an_index_in_a_bucket_is_shown_and_asked(gcs: FakeGcs, desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "415 555 0199\n"), more=["--region=US"])
    gcs.objects.put("lists", "list.dnd", (desk.folder / "list.dnd").read_bytes(), None)
    gcs.objects.put("lists", "list.txt", b"9876512345\n", None)

    shown = desk.shown("gs://lists/list.dnd")
    assert shown == {**desk.shown(index), "name": "gs://lists/list.dnd"}
    assert desk.answers("gs://lists/list.dnd", "4155550199") == [["1", "*******199", "listed"]]
    assert desk.answers("gs://lists/list.txt", "9876512345") == [["1", "*******345", "listed"]]


def test_what_is_not_in_the_bucket_is_said(gcs: FakeGcs, desk: SuppressionDesk) -> None:
    said = desk.build("gs://lists/none.txt")
    assert (said.status, said.faults) == (2, ["gs://lists/none.txt matches no file"])

    for verb in (["show"], ["test", "9876512345"]):
        said = desk.say(verb[0], "gs://lists/none.dnd", *verb[1:])
        assert (said.status, said.faults) == (2, ["gs://lists/none.dnd matches no file"])
    gcs.objects.put("lists", "1.dnd", b"x", None)
    gcs.objects.put("lists", "2.dnd", b"x", None)
    assert desk.say("show", "gs://lists/*.dnd").faults == [
        "gs://lists/*.dnd matches 2 files: name one of them"
    ]
