"""How one contract's month is proved by the event of its chunk: the leaf, and the hashes on its way to the root."""

from collections.abc import Sequence
from dataclasses import dataclass

from katip.audit.models import Event
from katip.contracts.models import MonthChange
from katip.contracts.month.proof import path_of


@dataclass(frozen=True, slots=True)
class MonthLeaf:
    """A month's change, the event of its chunk, and the way from its leaf to the root that the event's detail holds."""

    change: MonthChange
    event: Event
    path: Sequence[tuple[str, bytes]]


class MonthLeaves:
    """Reads leaves, each chunk once: the documents of a chunk are made one after the other."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[int, int], tuple[Event | None, list[bytes]]] = {}

    def leaf_read(self, change: MonthChange) -> MonthLeaf | None:
        """The change with its way; None where the event of its chunk is not to be found."""
        key = change.run, change.chunk
        if key not in self._chunks:
            self._chunks[key] = _chunk_read(*key)
        event, leaves = self._chunks[key]
        return MonthLeaf(change, event, path_of(leaves, change.place)) if event else None


def _chunk_read(run: int, chunk: int) -> tuple[Event | None, list[bytes]]:
    events = Event.objects.filter(tag="month:chunk:written", subject_id=run, detail__body__chunk=chunk)
    leaves = MonthChange.objects.filter(run=run, chunk=chunk).order_by("place").values_list("leaf", flat=True)
    return events.select_related("detail").first(), [bytes(leaf) for leaf in leaves]
