"""A small fake of Google Cloud Storage: as much of its two interfaces as the tests' clients use.

`FakeGcs` serves it. Written here because no emulator at hand serves both the XML interface with
conditions, which the ledger's client speaks, and the JSON one with batches, which Beam speaks.
"""

from tests.dialer.fake_gcs.server import FakeGcs, PutFault

__all__ = ["FakeGcs", "PutFault"]
