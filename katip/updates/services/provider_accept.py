"""Accepting what a month asks of a provider, many at once: in chunks, each all or nothing.

Each chunk is one `steps_complete`, with its own decisions, effect and audit events. What the law refuses is taken out
of its chunk and told with the reason; the rest of the chunk goes on without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.errors import AlreadyDecidedError, LapsedError
from katip.processes.kinds import Moved
from katip.processes.services.complete import StepDecision, steps_complete
from katip.rules import RuleViolation

CHUNK = 50
"""decisions of one transaction: short enough for whoever waits for the same professional's minutes"""
MOST_REFUSED = 40
"""after so many refusals the rest is left untried: each costs its chunk another attempt"""


@dataclass(frozen=True, slots=True)
class Refused:
    """One that was not accepted: by the law, or because it is no longer what was shown (`why` is None then)."""

    process_id: int
    why: RuleViolation | None


@dataclass(slots=True)
class Accepted:
    """What became of a batch. `left` were not tried: there was too much to refuse, or the mandate ended."""

    moved: list[Moved] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left: list[int] = field(default_factory=list)


def updates_accept(
    *, actor: Actor, at: datetime, decisions: Sequence[Sequence[StepDecision]], chunk: int = CHUNK
) -> Accepted:
    """Approve these steps, `chunk` of them in one transaction; say what became of each.

    `decisions` are lists: no transaction takes from two, so that what the first gives back is free for the next.
    No use case of its own: what is approved stays approved, whatever becomes of the chunks after it. Raises
    `PermissionRefusedError` where the actor may decide none of them.
    """
    told = Accepted()
    for part in chain.from_iterable(_chunks(one, chunk) for one in decisions):
        if len(told.refused) >= MOST_REFUSED:
            told.left += [decision.process_id for decision in part]
            continue
        _accept(actor, at, part, told)
    return told


def _accept(actor: Actor, at: datetime, part: list[StepDecision], told: Accepted) -> None:
    """One chunk: what is refused is taken out, and the rest tried again."""
    while part and len(told.refused) < MOST_REFUSED:
        out: Refused | None = None
        try:
            told.moved += steps_complete(actor=actor, at=at, decisions=part)
        except RuleViolation as violation:
            out = Refused(int(str(violation.facts["process"])), violation)
        except (AlreadyDecidedError, LapsedError) as gone:
            out = Refused(gone.process_id, None)
        except (StaleStateError, PermissionRefusedError) as error:
            if isinstance(error, PermissionRefusedError) and not told.moved:
                raise
            break
        if out is None:
            return
        told.refused.append(out)
        part = [decision for decision in part if decision.process_id != out.process_id]
    told.left += [decision.process_id for decision in part]


def _chunks(decisions: Sequence[StepDecision], size: int) -> Iterator[list[StepDecision]]:
    rest = iter(decisions)
    while part := list(islice(rest, size)):
        yield part
