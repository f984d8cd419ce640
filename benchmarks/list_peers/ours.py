"""The program's own index, built and opened by the functions that its commands call."""

from pathlib import Path

from benchmarks.list_peers import Listed
from suppression.building import BuildSource, BuildTerms, build_index
from suppression.index_file import open_index


def build(text: Path, folder: Path) -> Path:
    """Build the index."""
    found = text.stat()
    source = BuildSource(text.name, lambda: text.open("rb"), found.st_size, found.st_mtime)
    built = folder / "list.dnd"
    build_index([source], built, BuildTerms("IN"))
    return built


def open_built(built: Path) -> Listed:
    """Verify it and map it."""
    return open_index(built).listed
