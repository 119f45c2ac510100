"""What makes each change of a month an event that can be proved: leaves, and one root that the audit log keeps.

A leaf is SHA-256 of a change's content; the leaves of a chunk, in their places, are hashed in pairs up to one root
(an odd one is carried up as it is), which stands in the detail of the chunk's audit event. Whoever holds the event can
be shown one change with the hashes on its path, and nothing of the others. Leaves and nodes begin with different bytes,
so that none passes for the other (as RFC 6962, section 2.1, does).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

COVERED = (
    "run",
    "chunk",
    "place",
    "at",
    "outcome",
    "reason",
    "contract",
    "workplace",
    "provider",
    "professional",
    "profession",
    "minutes_before",
    "minutes_after",
    "employees_before",
    "employees_after",
    "hazard_before",
    "hazard_after",
    "required_before",
    "required_after",
    "version_no",
    "process",
)
"""The fields of a change that its leaf covers, in this order."""


BETWEEN = "\x1f"
"""stands between the values of a leaf's text"""


def leaf_of(text: str) -> bytes:
    """The 32 bytes of a change, given the values of `COVERED` with `BETWEEN` between them.

    `at` stands as microseconds since 1970, what there is not as nothing.
    """
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def change_leaf(change: Any) -> bytes:
    """The leaf that a `MonthChange` should have, by what stands in its row."""
    return leaf_of(change_text(change))


def change_text(change: Any) -> str:
    """The text that the leaf of a `MonthChange` is made of."""
    plain: Mapping[str, Any] = {
        "at": round(change.at.timestamp() * 1_000_000),
        "contract": change.contract_id,
        "workplace": change.workplace_id,
        "provider": change.provider_id,
        "professional": change.professional_id,
        "process": change.process_id,
    }
    values = (plain[name] if name in plain else getattr(change, name) for name in COVERED)
    return BETWEEN.join("" if value is None else str(value) for value in values)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in their places; 32 zero bytes for none."""
    level = list(leaves)
    if not level:
        return bytes(32)
    while len(level) > 1:
        level = _up(level)
    return level[0]


def path_of(leaves: Sequence[bytes], place: int) -> list[tuple[str, bytes]]:
    """The hashes beside the way from a leaf to the root, each with its side: `left` or `right`."""
    path, level = [], list(leaves)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(("left" if beside < place else "right", level[beside]))
        level, place = _up(level), place // 2
    return path


def root_by(leaf: bytes, path: Iterable[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its path lead to."""
    for side, beside in path:
        leaf = _node(beside, leaf) if side == "left" else _node(leaf, beside)
    return leaf


def _up(level: Sequence[bytes]) -> list[bytes]:
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - 1 :]) if len(level) % 2 else pairs


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
