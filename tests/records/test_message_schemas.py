import json
import pickle
from pathlib import Path

import pytest

from records.message_schemas import BadMessageSchemas, MessageSchemas, UnknownSchema, no_schemas

TEXT = json.dumps({"type": "record", "name": "A", "fields": [{"name": "x", "type": "int"}]})
NAME = "projects/p/schemas/s"


class Service:
    """Has some revisions, and counts who asks."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.asked: list[tuple[str, str]] = []

    def __call__(self, name: str, revision: str) -> str | None:
        self.asked.append((name, revision))
        return self.texts.get(revision)


def test_i2_one_file_is_the_schema_of_every_message(tmp_path: Path) -> None:
    file = tmp_path / "lead.avsc"
    file.write_text(TEXT)
    schemas = MessageSchemas.of_path(file)
    for revision in ("", "a1", "_deleted-schema-revision_"):
        assert schemas.find(NAME, revision) is not None


def test_i2_a_folder_has_a_file_for_each_revision(tmp_path: Path) -> None:
    (tmp_path / "a1b2.avsc").write_text(TEXT)
    schemas = MessageSchemas.of_path(tmp_path)
    assert schemas.find(NAME, "a1b2") is not None
    with pytest.raises(UnknownSchema, match="its schema revision 'ffff' is not known; give it by"):
        schemas.find(NAME, "ffff")
    (tmp_path / "ffff.avsc").write_text(TEXT)
    assert schemas.find(NAME, "ffff") is not None


@pytest.mark.parametrize("revision", ["../a1", "a1.avsc", "/etc/passwd", "..", "a\0b", "a" * 5000])
def test_a_revision_is_no_path(tmp_path: Path, revision: str) -> None:
    (tmp_path / "a1.avsc").write_text(TEXT)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b2.avsc").write_text(TEXT)
    with pytest.raises(UnknownSchema, match="is not known"):
        MessageSchemas.of_path(folder).find(NAME, revision)


def test_what_a_folder_held_travels_to_a_worker_without_it(tmp_path: Path) -> None:
    file = tmp_path / "a1.avsc"
    file.write_text(TEXT)
    sent = pickle.dumps(MessageSchemas.of_path(tmp_path))
    file.unlink()
    assert pickle.loads(sent).find(NAME, "a1") is not None


def test_files_that_are_no_schemas_stop_the_start_and_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "a1.avsc").write_text("{")
    (tmp_path / "b2.avsc").write_text(TEXT)
    (tmp_path / "c3.avsc").write_text("{}")
    with pytest.raises(BadMessageSchemas, match=r"a1: the schema is not JSON.*; c3: null is no"):
        MessageSchemas.of_path(tmp_path)


def test_a_path_with_nothing_to_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadMessageSchemas, match=r"holds no <revision>.avsc"):
        MessageSchemas.of_path(tmp_path)
    with pytest.raises(BadMessageSchemas, match=r"nowhere\.avsc cannot be read"):
        MessageSchemas.of_path(tmp_path / "nowhere.avsc")
    (tmp_path / "x.avsc").write_bytes(b"\xff")
    with pytest.raises(BadMessageSchemas, match=r"x\.avsc cannot be read"):
        MessageSchemas.of_path(tmp_path)


def test_a_service_is_asked_once_for_a_revision_that_it_has() -> None:
    service = Service(a1=TEXT)
    schemas = MessageSchemas(service)
    for _ in range(3):
        assert schemas.find(NAME, "a1") is not None
    assert service.asked == [(NAME, "a1")]
    for _ in range(2):
        with pytest.raises(UnknownSchema):
            schemas.find(NAME, "b2")
    assert service.asked[1:] == [(NAME, "b2")] * 2


def test_revisions_without_end_are_not_all_kept() -> None:
    service = Service(**{f"r{n}": TEXT for n in range(1000)})
    schemas = MessageSchemas(service)
    for n in range(1000):
        schemas.find(NAME, f"r{n}")
    schemas.find(NAME, "r999")
    assert len(service.asked) == 1000
    schemas.find(NAME, "r0")
    assert len(service.asked) == 1001


def test_a_schema_that_is_no_avro_says_why() -> None:
    with pytest.raises(UnknownSchema, match="the schema of revision 'a1' is no Avro schema: null"):
        MessageSchemas(Service(a1="{}")).find(NAME, "a1")


@pytest.mark.parametrize("text", ['syntax = "proto3";', "// c\nmessage A {}", "\n message A {}"])
def test_protocol_buffers_are_no_avro_and_no_fault(text: str) -> None:
    assert MessageSchemas(Service(a1=text)).find(NAME, "a1") is None


@pytest.mark.parametrize("revision", ["_deleted-schema-revision_", "_deleted-schema_"])
def test_i2_a_deleted_revision_says_so(revision: str) -> None:
    with pytest.raises(UnknownSchema, match="has been deleted; give it by --message_schemas"):
        MessageSchemas(no_schemas).find(NAME, revision)


def test_a_message_without_a_revision_says_so() -> None:
    with pytest.raises(UnknownSchema, match=r"\(the message names none\) is not known"):
        MessageSchemas(no_schemas).find("", "")
