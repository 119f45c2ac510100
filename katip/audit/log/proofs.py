"""Proofs out of the log: that an event is in it, and that it has only grown."""

import base64
from dataclasses import dataclass

from django.db import connection

from katip.audit.log.tiles import BrokenLogError, Tree
from katip.audit.log.tree import consistency_ranges, inclusion_ranges

_PLACED = """
SELECT placed.position, placed.entry, head.size, head.root, head.note
FROM audit_logentry placed
CROSS JOIN LATERAL (
    SELECT size, root, note FROM audit_checkpoint WHERE size > placed.position ORDER BY size DESC LIMIT 1
) AS head
WHERE placed.event_id = %s
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands at `index` of the tree of `size` leaves whose signed head is `note`."""

    index: int
    size: int
    entry: bytes
    hashes: tuple[bytes, ...]
    note: str

    def text(self, *, opened: str = "") -> str:
        """The proof as a file (C2SP tlog-proof).

        The extra line brings the entry (32 bytes), so that the file stands on its own; or, with `opened`, the event's
        canonical text (`katip.audit.log.entries.event_text`), of which the entry is the SHA-256: for a party's eyes.
        """
        lines = [
            "c2sp.org/tlog-proof@v1",
            f"extra {_encoded(opened.encode() or self.entry)}",
            f"index {self.index}",
            *map(_encoded, self.hashes),
        ]
        return "\n".join(lines) + f"\n\n{self.note}"


def proof_read(event_id: int) -> Proof | None:
    """The proof that the event is in the log, against the newest checkpoint; None until one covers it.

    Raises `BrokenLogError` where the log's tables do not lead to that checkpoint's root.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, [event_id])
        row = cursor.fetchone()
    if row is None:
        return None
    position, entry, size, root, note = row
    tree = Tree(size)
    *hashes, found = tree.range_hashes([*inclusion_ranges(position, size), (0, size)])
    if found != bytes(root):
        message = f"the tree of {size} has another root than its checkpoint"
        raise BrokenLogError(message)
    return Proof(position, size, bytes(entry), tuple(hashes), note)


def consistency_read(from_size: int, to_size: int) -> list[bytes]:
    """The proof that the tree of `to_size` grew from the one of `from_size`, both covered by checkpoints.

    Raises `katip.audit.log.tree.ProofError` where it cannot have.
    """
    return Tree(to_size).range_hashes(consistency_ranges(from_size, to_size))


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
