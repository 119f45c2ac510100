"""Checkpoints, of the table and kept elsewhere, held against the tree while it is made anew."""

from collections.abc import Sequence
from datetime import datetime

from katip.audit.log.findings import Finding, Tell
from katip.audit.log.notes import Head, NoteError, Verifier, checkpoint_open
from katip.audit.log.rows import Signed, signed_read


def size_signed(verifiers: Sequence[Verifier]) -> int:
    """How many events the newest checkpoint covers that is signed by one of the verifiers; 0 without any."""
    for signed in signed_read(newest_first=True):
        try:
            return checkpoint_open(signed.note, verifiers).size
        except NoteError:
            continue
    return 0


class Heads:
    """Meets the tree at each size that a checkpoint was signed for."""

    def __init__(self, verifiers: Sequence[Verifier], kept: Sequence[Head], tell: Tell) -> None:
        self.count = 0
        self.at: datetime | None = None
        """when the newest checkpoint was signed that the tree has met, the empty one apart"""
        self._verifiers = verifiers
        self._tell = tell
        self._signed = signed_read()
        self._next = next(self._signed, None)
        self._kept = sorted(kept, key=lambda head: head.size)
        self._sizes: set[int] = set()
        self._wrong = 0
        self.size = 0
        """the next size at which `meet` is to be called; -1 where there is none"""

    def meet(self, size: int, root: bytes) -> None:
        """The tree has this root at this size."""
        while self._next is not None and self._next.size <= size:
            self._signed_check(self._next, size, root)
            self._next = next(self._signed, None)
        while self._kept and self._kept[0].size <= size:
            self._kept_check(self._kept.pop(0), root)
        sizes = [self._next.size] if self._next else []
        sizes += [self._kept[0].size] if self._kept else []
        self.size = min(sizes, default=-1)

    def end(self, size: int) -> None:
        """The tree does not grow further: tells of what there is beyond it, and of how much was not told."""
        while self._next is not None:
            self._signed_check(self._next, -1, b"")
            self._next = next(self._signed, None)
        for head in self._kept:
            words = f"the log has {size} events, but a checkpoint of {head.size} was kept: its end was cut off"
            self._tell(Finding("kept_longer", words))
        if self._wrong > 1:
            words = f"{self._wrong - 1} later checkpoints do not have the root of the log either"
            self._tell(Finding("checkpoint_root", words))
        if not self.count:
            self._tell(Finding("checkpoint_missing", "the log has no checkpoint"))

    def _signed_check(self, signed: Signed, size: int, root: bytes) -> None:
        where = f"checkpoint of {signed.size}"
        self.count += 1
        if any(head.size == signed.size for head in self._kept):
            self._sizes.add(signed.size)
        try:
            head = checkpoint_open(signed.note, self._verifiers)
        except NoteError as error:
            self._tell(Finding("checkpoint_forged", f"{where}: {error}"))
            return
        if (head.size, head.root) != (signed.size, signed.root):
            self._tell(Finding("checkpoint_changed", f"{where}: its row is not what its note says"))
        if signed.size != size:
            self._tell(Finding("checkpoint_foreign", f"{where}: the log has no such size"))
        elif head.root != root:
            self._wrong += 1
            if self._wrong == 1:
                words = f"{where} was signed over another log than the tables have now"
                self._tell(Finding("checkpoint_root", words))
        if signed.size > 0:
            self.at = max(self.at, signed.at) if self.at else signed.at

    def _kept_check(self, head: Head, root: bytes) -> None:
        where = f"the checkpoint of {head.size} that was kept"
        if head.root != root:
            self._tell(Finding("kept_root", f"{where} was signed over other events: the log before it was rewritten"))
        if head.size not in self._sizes:
            self._tell(Finding("kept_missing", f"{where} is not among the log's own any more"))
