"""Whose data are shown: the ids are gathered while a page or a file is made, so that no page can forget to say.

Whatever hands out a person's data in clear (`identity.models.Person`, and what reads names past it) tells it here. Who
makes a page opens a gathering around it (`showing`) and asks afterwards who was in it. Outside of one, nothing happens.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Resolve = Callable[[Collection[int]], Iterable[int]]
"""Ids of something else, such as professionals → the ids of the persons."""


@dataclass(slots=True)
class Shown:
    """The persons gathered, and ids of other things that stand for persons, by what resolves them."""

    persons: set[int] = field(default_factory=set)
    standing: dict[Resolve, set[int]] = field(default_factory=dict)

    def resolved(self) -> set[int]:
        """All persons; asks the database once for each kind of thing that stands for persons."""
        for resolve, ids in self.standing.items():
            self.persons.update(resolve(ids))
        self.standing.clear()
        return self.persons


_gathering: ContextVar[Shown | None] = ContextVar("katip_shown", default=None)


def shown(person_id: int | None) -> None:
    """Data of this person are being shown; None is nobody."""
    gathering = _gathering.get()
    if gathering is not None and person_id is not None:
        gathering.persons.add(person_id)


def shown_standing(resolve: Resolve, number: int) -> None:
    """Data of the person for whom `number` stands are being shown; `resolve` finds the person afterwards."""
    gathering = _gathering.get()
    if gathering is not None:
        gathering.standing.setdefault(resolve, set()).add(number)


@contextmanager
def showing() -> Iterator[Shown]:
    """Gather whose data are shown inside; an inner gathering keeps what it gathers to itself."""
    gathering = Shown()
    token = _gathering.set(gathering)
    try:
        yield gathering
    finally:
        _gathering.reset(token)


@contextmanager
def unshown() -> Iterator[None]:
    """Inside, data are read to be worked with, not to be shown."""
    token = _gathering.set(None)
    try:
        yield
    finally:
        _gathering.reset(token)
