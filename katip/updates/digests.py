"""What one person is told of a month: the body of a digest, and one's own digests.

A body holds no name and no number of a person, and no figure that could become wrong: counts, and the ids of a few
`MonthChange` rows, which never change. Its keys, each of which may lack:

- `employer`: contracts at the workplaces for which the person is e-Bildirge user;
- `missing`: how many duties of these workplaces nobody serves since this month;
- `provider`: for each provider that the person manages (key: its id), its contracts;
- `professional`: the person's own assignments.

Contracts are told as `asked`, `provider`, `person`, `amended`, `ended` (how many, by outcome; 0 is left out) and
`changes`: up to five of them as examples, first those that ask most of the capacity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from katip.rules import MonthOutcome

EXAMPLES: Final = 5
COUNTED: Final = (
    MonthOutcome.ASKED,
    MonthOutcome.PROVIDER,
    MonthOutcome.PERSON,
    MonthOutcome.AMENDED,
    MonthOutcome.ENDED,
)
FIRST: Final = {
    "employer": MonthOutcome.ASKED,
    "provider": MonthOutcome.PROVIDER,
    "professional": MonthOutcome.AMENDED,
}
"""with which outcome the examples of a capacity begin; the others follow in the order of `COUNTED`, round and round"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a digest says in one capacity: contracts by outcome, and the ids of the examples.

    `provider_id` where the person manages a provider; `missing` duties that nobody serves, of an employer.
    """

    capacity: str
    counts: Mapping[MonthOutcome, int]
    changes: tuple[int, ...]
    provider_id: int | None = None
    missing: int = 0

    @property
    def contracts(self) -> int:
        """How many contracts the month touched."""
        return sum(self.counts.values())


def told_of(body: Mapping[str, Any]) -> list[Told]:
    """What a body says: as employer, for each provider, as professional."""
    told = []
    if "employer" in body or "missing" in body:
        told.append(_told("employer", body.get("employer", {}), missing=int(body.get("missing", 0))))
    told += [_told("provider", part, provider_id=int(key)) for key, part in sorted(body.get("provider", {}).items())]
    if "professional" in body:
        told.append(_told("professional", body["professional"]))
    return told


def _told(capacity: str, part: Mapping[str, Any], **of: int) -> Told:
    counts = {outcome: int(part[outcome.value]) for outcome in COUNTED if part.get(outcome.value)}
    return Told(capacity, counts, tuple(part.get("changes", ())), **of)
