"""The bulk door: how an operator hands over many agents' acts at once (docs/reference/bulk.md)."""

from moltbook.bulk.door import BULK, BulkDoor
from moltbook.bulk.tables import STREAMS

__all__ = ["BULK", "STREAMS", "BulkDoor"]
