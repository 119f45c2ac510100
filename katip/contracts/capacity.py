"""Whose minutes are taken by what: read for a provider's whole staff, or for a professional with every provider.

The figures are those that the law is asked with (`contracts.facts`), reckoned for many at once; a test holds the two
against each other. Minutes a month throughout. A provider reads its own staff, a professional themselves.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from katip.contracts.capacity_statements import BOARD, FIGURES, MONTH, SORT_KEYS, TOTALS
from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING, contracts_of, minutes_now
from katip.core.actor import Actor, Capacity
from katip.core.clock import ISTANBUL, day_of
from katip.core.errors import PermissionRefusedError
from katip.core.turkish import fold
from katip.rules import (
    SHORT_CONTRACT_DAYS,
    CertificateClass,
    ContractState,
    EndReason,
    HazardClass,
    Profession,
    assignable,
    blocked_until,
    blocks_minutes,
    certificate_serves,
)

SORTS = frozenset(SORT_KEYS) | frozenset(f"-{key}" for key in SORT_KEYS)
BY_NUMBER = "no"
"""by the professional's number: an order for programs, in which a page names nobody"""
EXPIRED_SHOWN = timedelta(days=90)
"""certificates that ended no longer ago stay in sight, as ended"""
_ENDS_READ = 1_000
_ENDED_READ = 1_000


@dataclass(frozen=True, slots=True)
class Month:
    """A professional's minutes with one provider on a day, and how many contracts stand behind each part."""

    professional_id: int
    provider_id: int
    staff: int
    active: int
    blocked: int
    pending: int
    active_number: int
    pending_number: int
    blocked_number: int

    @property
    def free(self) -> int:
        """Minutes that a new offer may take; negative where more was offered than there is."""
        return assignable([self.staff], [self.active], [self.blocked], [self.pending])

    @property
    def extent(self) -> int:
        """How far the bar reaches: what there is, or what is taken of it where that is more."""
        return max(self.staff, self.active + self.blocked + self.pending)


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate in force or lately ended."""

    profession: Profession
    certificate_class: CertificateClass
    number: str
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of the board."""

    month: Month
    person_id: int
    name: str
    name_sort: str
    suspended_on: date | None
    certificates: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole staff of a provider: persons, minutes, offers that wait, the widest bar, who is full and who is not."""

    persons: int
    staff: int
    active: int
    blocked: int
    pending: int
    offers: int
    extent: int
    full: int
    with_room: int
    room: int
    over: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for: a part of the name, a profession, one whose certificate serves a class, one with room."""

    text: str = ""
    profession: Profession | None = None
    hazard: HazardClass | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class BoardAfter:
    """Where the next page begins: after this value of the sort key and this professional."""

    value: int | str
    professional_id: int


@dataclass(frozen=True, slots=True)
class Freed:
    """Minutes of a professional with a provider that become free again on a day."""

    professional_id: int
    provider_id: int
    day: date
    minutes: int


def board_read(
    actor: Actor,
    at: datetime,
    wanted: Wanted,
    *,
    sort: str,
    after: BoardAfter | None,
    limit: int,
    professional_id: int | None = None,
) -> list[BoardRow]:
    """The provider's staff in the order of `sort` (one of `SORTS`, or `BY_NUMBER`), at most `limit` + 1.

    `professional_id` asks for one of them alone.
    """
    day = day_of(at)
    pairs = _serving(wanted, day)
    key = "month.professional_id" if sort == BY_NUMBER else SORT_KEYS[sort.removeprefix("-")]
    one = "" if professional_id is None else " AND professional_id = %(professional)s"
    text = sort.removeprefix("-") == "ad"
    down = sort.startswith("-")
    statement = BOARD.format(
        scope=f"provider_id = %(owner)s{one}",
        figures=FIGURES,
        key=f'{key} COLLATE "C"' if text else key,
        beyond="<" if down else ">",
        way="DESC" if down else "ASC",
    )
    parameters = figures_asked(_provider_id(actor), at) | {
        "professional": professional_id,
        "expired": day - EXPIRED_SHOWN,
        "text": wanted.text,
        "like": f"%{_like(fold(wanted.text))}%",
        "minutes": wanted.minutes,
        "serving": wanted.profession is not None or wanted.hazard is not None,
        "professions": [str(profession) for profession, _ in pairs],
        "classes": [str(letter) for _, letter in pairs],
        "after": after.value if after else ("" if text else 0),
        "after_id": after.professional_id if after else None,
        "limit": limit + 1,
    }
    return [_row(row) for row in _ask(statement, parameters)]


def board_totals(actor: Actor, at: datetime) -> Totals:
    """The whole staff of the actor's provider."""
    statement = TOTALS.format(scope="provider_id = %(owner)s")
    [row] = _ask(statement, figures_asked(_provider_id(actor), at))
    return Totals(*(int(value) for value in row))


def month_of(actor: Actor, at: datetime, professional_id: int) -> Month | None:
    """One professional's minutes with the actor's provider; None where the two have nothing to do with each other."""
    statement = MONTH + f"SELECT {FIGURES} FROM month"  # noqa: S608 -- columns, not values
    scope = "provider_id = %(owner)s AND professional_id = %(professional)s"
    parameters = figures_asked(_provider_id(actor), at) | {"professional": professional_id}
    found = _ask(statement.format(scope=scope), parameters)
    return Month(*found[0]) if found else None


def own_months(actor: Actor, at: datetime) -> list[Month]:
    """The acting professional's minutes with every provider, the most staff minutes first."""
    if actor.capacity != Capacity.INDIVIDUAL:
        raise PermissionRefusedError("not_yours")
    statement = MONTH + f"SELECT {FIGURES} FROM month ORDER BY staff DESC, provider_id LIMIT 50"  # noqa: S608 -- as above
    scope = "professional_id = (SELECT id FROM registry_professional WHERE person_id = %(owner)s)"
    return [Month(*row) for row in _ask(statement.format(scope=scope), figures_asked(actor.person, at))]


def freed_of(actor: Actor, at: datetime, professional_ids: Collection[int]) -> list[Freed]:
    """What becomes free when, of these professionals' contracts that the actor sees: the nearest day first.

    Blocked minutes open after the month's end; minutes of an announced end the day after, or after the month's end
    where they will be blocked till then.
    """
    found: dict[tuple[int, int, date], int] = defaultdict(int)
    mine = contracts_of(actor).filter(professional_id__in=professional_ids, provider__isnull=False)
    ending = mine.filter(state=ContractState.ACTIVE, ends_on__isnull=False).annotate(minutes_now=minutes_now(at))
    for contract in ending.order_by("ends_on", "pk")[:_ENDS_READ]:
        found[contract.professional_id, contract.provider_id or 0, _opens(contract)] += contract.minutes_now
    opens = blocked_until(day_of(at)) + timedelta(days=1)
    for one in blocked_contracts(mine, at):
        found[one.professional_id, one.provider_id or 0, opens] += one.minutes_now  # type: ignore[attr-defined] # annotated
    freed = [Freed(*key, minutes) for key, minutes in found.items()]
    return sorted(freed, key=lambda one: (one.day, one.professional_id, one.provider_id))


def blocked_contracts(contracts: QuerySet[Contract], at: datetime) -> list[Contract]:
    """Those of `contracts` whose minutes are blocked on the day, each with `minutes_now`, newest first."""
    day = day_of(at)
    ended = contracts.filter(
        state=ContractState.ENDED,
        ends_on__range=(day.replace(day=1), day),
        end_reason__in=_by_a_party(),
        active_from__isnull=False,
    ).annotate(minutes_now=minutes_now(at))
    found = ended.order_by("-pk")[:_ENDED_READ]
    return [contract for contract in found if blocks_minutes(*_lasted(contract), EndReason(contract.end_reason), day)]


def contracts_behind(
    actor: Actor, at: datetime, professional_id: int, *, waiting: bool, after: int | None, limit: int
) -> list[Contract]:
    """The contracts behind the active part of a bar, or behind the waiting one; newest first, at most `limit` + 1."""
    states = WAITING if waiting else (ContractState.ACTIVE,)
    mine = contracts_of(actor).filter(professional_id=professional_id, provider__isnull=False, state__in=states)
    if after is not None:
        mine = mine.filter(pk__lt=after)
    return list(mine.annotate(minutes_now=minutes_now(at)).order_by("-pk")[: limit + 1])


def _opens(contract: Contract) -> date:
    first, last = _lasted(contract)
    if blocks_minutes(first, last, EndReason(contract.end_reason or EndReason.OTHER), last):
        last = blocked_until(last)
    return last + timedelta(days=1)


def _lasted(contract: Contract) -> tuple[date, date]:
    """First and last day served; an end in the hour of the approval still is a day."""
    assert contract.ends_on is not None  # noqa: S101 -- the caller asked for contracts that end
    started = contract.active_from.astimezone(ISTANBUL).date() if contract.active_from else contract.ends_on
    return min(started, contract.ends_on), contract.ends_on


def _serving(wanted: Wanted, day: date) -> Sequence[tuple[Profession, CertificateClass]]:
    """The certificates, by profession and class, that are what is looked for."""
    pairs = [
        (profession, letter)
        for profession in Profession
        for letter in CertificateClass
        if (profession == Profession.SAFETY_SPECIALIST) == (letter != CertificateClass.NONE)
    ]
    return [
        pair
        for pair in pairs
        if wanted.profession in {None, pair[0]}
        and (wanted.hazard is None or certificate_serves(pair[0], pair[1], wanted.hazard, day).ok)
    ]


def _row(row: tuple[Any, ...]) -> BoardRow:
    *figures, person_id, name, name_sort, suspended_on, certificates = row
    held = tuple(
        Held(
            Profession(profession),
            CertificateClass(letter),
            number,
            date.fromisoformat(valid_to) if valid_to else None,
        )
        for profession, letter, number, valid_to in _listed(certificates)
    )
    return BoardRow(Month(*figures), person_id, name, name_sort, suspended_on, held)


def _listed(value: Any) -> list[list[Any]]:
    return value if isinstance(value, list) else json.loads(value)


def _provider_id(actor: Actor) -> int:
    if actor.capacity != Capacity.PROVIDER:
        raise PermissionRefusedError("no_mandate")
    return actor.organisation


def _by_a_party() -> list[str]:
    return [str(reason) for reason in EndReason if reason.by_a_party]


def figures_asked(owner: int, at: datetime) -> dict[str, Any]:
    """What the statements of `capacity_statements` are asked with; `owner` is what their `scope` speaks of."""
    day = day_of(at)
    return {
        "owner": owner,
        "at": at,
        "day": day,
        "month": day.replace(day=1),
        "short": SHORT_CONTRACT_DAYS,
        "by_a_party": _by_a_party(),
    }


def _ask(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _like(text: str) -> str:
    """`text` for LIKE, with its wildcards taken literally."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
