"""Writing zip archives."""

import io
import zipfile
from collections.abc import Mapping


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in files.items():
            # Made from a name alone it is of 1980: the same bytes whenever the tests are collected.
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return content.getvalue()


def zipped(content: bytes) -> bytes:
    """An archive of one file, as macOS makes it."""
    return packed({"__MACOSX/._leads": b"x", "leads": content})
