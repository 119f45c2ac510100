"""Making notices: who reads what is told, one row for each, and what goes out to them, in the caller's transaction.

Whatever is told again, by an entry of the log that is read twice or a sweep that runs twice, is told nobody twice: the
row's own key refuses it, and what is refused goes nowhere.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from katip.core.actor import Capacity
from katip.identity.models import Person
from katip.notices.deliver import KEPT_TRYING, Outgoing, deliver
from katip.notices.kinds import ABOUT_A_STEP, ASKED, CHANGE, GROUPS, KINDS, NAMED, WAITS
from katip.notices.models import Channel, Habit, Language
from katip.notices.preferences import Owner, wishes_read
from katip.notices.timing import Habits, habits_of, leaves_at
from katip.registry.models import ContactDeclaration, Mandate, Official, OfficialRole
from katip.registry.permissions import HELD, valid_on

CARD_GROUPS = frozenset({ASKED, NAMED, CHANGE})
"""what the addresses on a workplace's card are told: what the employer's side should know, not every outcome"""
_LOOKS_INTO = (OfficialRole.DIRECTORATE, OfficialRole.INSPECTOR)

_INSERT = """
INSERT INTO notices_notice
    (person_id, kind, at, capacity, organisation_id, process_id, contract_id, detail, once_key)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::jsonb[], %s::text[])
ON CONFLICT (once_key) DO NOTHING RETURNING id, once_key
"""


@dataclass(frozen=True, slots=True)
class To:
    """Whom: a person (`INDIVIDUAL`), a side by its organisation, or the officials of a province (`OFFICIAL`)."""

    capacity: Capacity
    id: int | None


@dataclass(frozen=True, slots=True)
class Telling:
    """One occasion and whom to tell of it.

    `once` names the occasion (up to 60 characters): nobody is told of the same twice. `but` are people who know, for
    they did it themselves. `detail` holds the values for the words of `kind`.
    """

    kind: str
    at: datetime
    to: Sequence[To]
    once: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    process_id: int | None = None
    contract_id: int | None = None
    but: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads it: a person, or (None) the addresses on a workplace's card."""

    person_id: int | None
    capacity: Capacity
    organisation_id: int | None

    def once_key(self, once: str) -> str:
        who = f"p{self.person_id}" if self.person_id is not None else f"w{self.organisation_id}"
        return f"{who}:{once}"


@dataclass(frozen=True, slots=True)
class _Made:
    """A notice that is new, with its number."""

    telling: Telling
    reader: _Reader
    notice_id: int


def notices_make(tellings: Sequence[Telling], at: datetime) -> int:
    """Write down whatever of `tellings` is new, and what goes out; returns how many notices were new. `at` is now."""
    sides = _Sides(tellings, at)
    wanted: dict[str, tuple[Telling, _Reader]] = {}
    for telling in sorted(tellings, key=lambda one: one.at):  # read newest first, by number
        for reader in sides.readers(telling):
            wanted.setdefault(reader.once_key(telling.once), (telling, reader))
    if not wanted:
        return 0
    made = [_Made(*wanted[key], number) for number, key in _insert(wanted)]
    _send([one for one in made if _goes_out(one.telling, at)], sides, at)
    return len(made)


def _goes_out(telling: Telling, at: datetime) -> bool:
    """Whether it is worth a message: after a standstill what is old is read in the register; what waits, waits."""
    lately = telling.kind in ABOUT_A_STEP or at - telling.at <= KEPT_TRYING
    return lately and KINDS[telling.kind].outside


class _Sides:
    """Who speaks for the organisations that are told of, read at once."""

    def __init__(self, tellings: Iterable[Telling], at: datetime) -> None:
        named: dict[Capacity, set[int]] = defaultdict(set)
        officials = False
        for telling in tellings:
            for to in telling.to:
                officials = officials or to.capacity == Capacity.OFFICIAL
                if to.id is not None:
                    named[to.capacity].add(to.id)
        workplaces, providers = named[Capacity.WORKPLACE], named[Capacity.PROVIDER]
        self._mandates: dict[tuple[Capacity, int], list[int]] = defaultdict(list)
        self.cards: dict[int, ContactDeclaration] = {}
        if workplaces or providers:
            held = Mandate.objects.filter(valid_on(at), Q(workplace__in=workplaces) | Q(provider__in=providers))
            for one in held.order_by("pk"):
                if one.workplace_id is not None:
                    self._mandates[Capacity.WORKPLACE, one.workplace_id].append(one.person_id)
                elif one.provider_id is not None:
                    self._mandates[Capacity.PROVIDER, one.provider_id].append(one.person_id)
        if workplaces:
            newest = ContactDeclaration.objects.filter(workplace__in=workplaces).order_by("workplace_id", "-no")
            self.cards = {one.workplace_id: one for one in newest.distinct("workplace_id")}
        self._offices = list(Official.objects.filter(HELD, role__in=_LOOKS_INTO)) if officials else []

    def readers(self, telling: Telling) -> Iterable[_Reader]:
        for to in telling.to:
            if to.capacity == Capacity.OFFICIAL:
                for office in self._offices:
                    if office.province_id in {None, to.id} and office.person_id not in telling.but:
                        yield _Reader(office.person_id, Capacity.OFFICIAL, office.pk)
            elif to.id is not None:
                yield from self._of(to.capacity, to.id, telling)

    def _of(self, capacity: Capacity, number: int, telling: Telling) -> Iterable[_Reader]:
        if capacity == Capacity.INDIVIDUAL:
            if number not in telling.but:
                yield _Reader(number, capacity, None)
            return
        for person in self._mandates[capacity, number]:
            if person not in telling.but:
                yield _Reader(person, capacity, number)
        group = KINDS[telling.kind].group
        if capacity == Capacity.WORKPLACE and number in self.cards and group in CARD_GROUPS:
            yield _Reader(None, capacity, number)


def _insert(wanted: Mapping[str, tuple[Telling, _Reader]]) -> list[tuple[int, str]]:
    rows = [
        (
            reader.person_id,
            telling.kind,
            telling.at,
            str(reader.capacity),
            reader.organisation_id,
            telling.process_id,
            telling.contract_id,
            json.dumps(dict(telling.detail), ensure_ascii=False),
            key,
        )
        for key, (telling, reader) in wanted.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
        return sorted(cursor.fetchall())


def _send(made: Sequence[_Made], sides: _Sides, at: datetime) -> None:
    """Have what is new go out, as its readers wish it; one address hears of one occasion once."""
    people = {one.reader.person_id for one in made if one.reader.person_id is not None}
    if not made:
        return
    active = Person.objects.filter(pk__in=people, is_active=True, email_unproved=False).exclude(email="")
    emails = dict(active.values_list("pk", "email"))
    habits = {row.person_id: habits_of(row) for row in Habit.objects.filter(person__in=people)}
    drafts = [draft for one in made for draft in _drafts(one, emails, habits, sides, at)]
    wishes = wishes_read({Owner.of(draft) for draft in drafts})
    told: set[tuple[str, str, str]] = set()
    rows = []
    for draft in sorted(drafts, key=lambda one: one.person_id is None):  # people first: the card's may be theirs
        once = (draft.channel, draft.address.strip().lower(), str(draft.detail["once"]))
        if once not in told and wishes.wants(Owner.of(draft), GROUPS[KINDS[draft.kind].group], draft.channel):
            told.add(once)
            rows.append(draft)
    deliver([replace(one, detail=_outward(one)) for one in rows], at)


def _outward(draft: Outgoing) -> dict[str, Any]:
    """What goes out: no reason that somebody wrote; with the key of a card's address, by which it can be left."""
    detail = {name: value for name, value in draft.detail.items() if name not in {"once", "reason"}}
    owner = Owner.of(draft)
    return {**detail, "to": owner.address_key} if owner.person_id is None else detail


def _drafts(
    one: _Made, emails: Mapping[int, str], habits: Mapping[int, Habits], sides: _Sides, at: datetime
) -> Iterable[Outgoing]:
    """What could go out for one notice, by every channel that its reader has."""
    telling, reader = one.telling, one.reader
    kind = KINDS[telling.kind]
    own = habits.get(reader.person_id, Habits()) if reader.person_id is not None else Habits()
    draft = Outgoing(
        channel=Channel.EMAIL,
        address="",
        kind=telling.kind,
        detail={**telling.detail, "once": telling.once},
        person_id=reader.person_id,
        capacity=reader.capacity,
        organisation_id=reader.organisation_id,
        notice_id=one.notice_id,
        process_id=telling.process_id,
        language=Language(own.language),
        due_at=leaves_at(at, own, optional=kind.optional),
        # One letter for one reader: the link in it leaves for that one, though two have the same address.
        digest_key=f"told:{reader.person_id or 'card'}" if kind.optional else "",
    )
    if reader.person_id is not None:
        if reader.person_id in emails:
            yield replace(draft, address=emails[reader.person_id])
        return
    card = sides.cards[reader.organisation_id or 0]
    yield replace(draft, address=card.email)
    if card.phone.startswith("5"):
        yield replace(draft, channel=Channel.SMS, address=card.phone, language=Language.TURKISH)
    if card.kep and telling.kind == WAITS:  # proof of delivery that the operator pays for: not for every reminder
        yield replace(draft, channel=Channel.KEP, address=card.kep, language=Language.TURKISH)
