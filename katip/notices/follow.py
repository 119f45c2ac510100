"""Following up: a provider's offers by where they stand, who was told of them, and why somebody cannot approve.

Every read is of one provider's own contracts, by an index that leads with it, and ends at a limit.
"""

# ruff: noqa: S608 -- the statements are written here; nothing comes from outside
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from katip.contracts import lists
from katip.contracts.lists import Tab, contracts_listed, keyset_after
from katip.contracts.models import Contract
from katip.contracts.selectors import contracts_of
from katip.core.actor import Actor
from katip.core.usecase import require_reach, whole_register
from katip.identity.models import Person, ProviderLink
from katip.notices.models import Delivery
from katip.notices.models.delivery import State
from katip.processes.models import Decision, Outcome
from katip.registry.models import ContactDeclaration, ImportRun, Mandate
from katip.registry.permissions import valid_on
from katip.rules import ContractState, Profession

_FAILED = (State.REFUSED, State.BOUNCED, State.GIVEN_UP)
_TOLD_MOST = 10
"""deliveries looked at for one process, the newest"""


class Stage(StrEnum):
    """Where an offer stands; each is the state of its contract."""

    PROFESSIONAL = ContractState.AWAITING_PROFESSIONAL
    EMPLOYER = ContractState.AWAITING_EMPLOYER
    ACTIVE = ContractState.ACTIVE
    REJECTED = ContractState.REJECTED
    LAPSED = ContractState.LAPSED
    WITHDRAWN = ContractState.WITHDRAWN


WAITING = (Stage.PROFESSIONAL, Stage.EMPLOYER)
FALLEN = (Stage.REJECTED, Stage.LAPSED, Stage.WITHDRAWN)
"""what can be offered anew"""


class Obstacle(StrEnum):
    """Why whoever is asked cannot approve, or hears nothing of it."""

    NO_USER = "no_user"
    """SGK lists no e-Bildirge user for the workplace"""
    NO_TWO_STEP = "no_two_step"
    """there is somebody, but nobody of them has a second step"""
    NO_ADDRESS = "no_address"
    """no e-mail of anybody, and none on the workplace's card"""
    ADDRESS_FAILS = "address_fails"
    """the last messages were not taken"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What narrows the board; what is empty narrows nothing. `days`: waits for at least so many."""

    search: str = ""
    profession: Profession | None = None
    province: int | None = None
    days: int = 0
    obstacle: Obstacle | None = None


NOTHING_ASKED = Asked()


def _narrowed(actor: Actor, at: datetime, stage: Stage, asked: Asked) -> QuerySet[Any]:
    """The actor's offers at a stage that are asked for, in no order."""
    narrowed = lists.Asked(
        search=asked.search, profession=asked.profession, province=asked.province, state=ContractState(stage)
    )
    offers: QuerySet[Any] = contracts_listed(actor, at, Tab.ALL, narrowed)
    if stage in WAITING and asked.days:
        offers = offers.filter(process__waiting_since__lte=at - timedelta(days=asked.days))
    if stage in WAITING and asked.obstacle is not None:
        offers = offers.filter(_obstacles(stage, at)[asked.obstacle.value])
    return offers


def _told_of(offers: QuerySet[Any], stage: Stage, at: datetime) -> QuerySet[Any]:
    """With what the board tells of them: those that wait have a Boolean for each `Obstacle` by its value.

    Those that came to nothing have `is_anew`: whether they were offered anew.
    """
    if stage in FALLEN:
        offers = offers.annotate(is_anew=Exists(Contract.objects.filter(predecessor_id=OuterRef("pk"))))
    if stage in WAITING:
        offers = offers.annotate(**{name: _flag(condition) for name, condition in _obstacles(stage, at).items()})
    return offers


def offers_page(
    actor: Actor,
    at: datetime,
    stage: Stage,
    asked: Asked = NOTHING_ASKED,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> list[Any]:
    """At most `limit` + 1 offers behind the place `after`: those that wait the longest first, else the newest first.

    Two statements: which they are, out of all that wait, and then what is told of these alone.
    """
    keys = ["process__waiting_since", "pk"] if stage in WAITING else ["-pk"]
    narrowed = _narrowed(actor, at, stage, asked)
    if after is not None:
        narrowed = narrowed.filter(keyset_after(keys, list(after)[-len(keys) :]))
    with _whole(actor, stage):
        wanted = list(narrowed.order_by(*keys).values_list("pk", flat=True)[: limit + 1])
        found = {one.pk: one for one in _told_of(contracts_of(actor).filter(pk__in=wanted), stage, at)}
    return [found[number] for number in wanted if number in found]


def process_ids(actor: Actor, at: datetime, stage: Stage, asked: Asked, *, most: int) -> list[int]:
    """The processes of the offers that are asked for, at most `most` + 1 of those that wait the longest."""
    offers = _narrowed(actor, at, stage, asked).order_by("process__waiting_since", "pk")
    with _whole(actor, stage):
        return list(offers.values_list("process_id", flat=True)[: most + 1])


@contextmanager
def _whole(actor: Actor, stage: Stage) -> Iterator[None]:
    """See what stands in the way of whoever is asked; of it, a provider learns that it does, and nothing more."""
    if stage not in WAITING:
        yield
        return
    require_reach(actor)
    with whole_register("whether whoever is asked has a second step or an address is told, not shown"):
        yield


def _obstacles(stage: Stage, at: datetime) -> dict[str, Q]:
    if stage == Stage.PROFESSIONAL:
        people = Person.objects.filter(pk=OuterRef("process__waits_for_person_id"))
        user, able = Q(Exists(people)), Q(Exists(people.filter(_second_step("pk"))))
        reached = Q(Exists(people.filter(email_unproved=False).exclude(email="")))
    else:
        held = Mandate.objects.filter(valid_on(at), workplace_id=OuterRef("workplace_id"))
        user, able = Q(Exists(held)), Q(Exists(held.filter(_second_step("person_id"))))
        card = ContactDeclaration.objects.filter(workplace_id=OuterRef("workplace_id"))
        newest = ~Exists(card.filter(no__gt=OuterRef("no")))
        proved = held.filter(person__email_unproved=False).exclude(person__email="")
        reached = Q(Exists(proved)) | Q(Exists(card.filter(newest).exclude(email="")))
    # Of this step: what bounced on its way to the professional says nothing of the employer.
    told = Delivery.objects.filter(process_id=OuterRef("process_id"), made_at__gte=OuterRef("process__waiting_since"))
    arrives = Q(Exists(told.exclude(state__in=[*_FAILED, State.DROPPED])))
    return {
        Obstacle.NO_USER.value: ~user,
        Obstacle.NO_TWO_STEP.value: user & ~able,
        Obstacle.NO_ADDRESS.value: ~reached,
        Obstacle.ADDRESS_FAILS.value: Q(Exists(told.filter(state__in=_FAILED))) & ~arrives,
    }


def _flag(condition: Q) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(condition, output_field=BooleanField())


def _second_step(person: str) -> Q:
    """Whether that person can take a second step: a factor of their own, or an account elsewhere with two steps."""
    own = Authenticator.objects.filter(user_id=OuterRef(person)).exclude(type=Authenticator.Type.RECOVERY_CODES)
    linked = ProviderLink.objects.filter(person_id=OuterRef(person), ended_at=None)
    return Q(Exists(own)) | Q(Exists(linked))


@dataclass(frozen=True, slots=True)
class Told:
    """When those asked were last told, by which ways and what became of it (channel, state); when one read it here."""

    at: datetime
    ways: Sequence[tuple[str, str]] = ()
    seen_at: datetime | None = None


@dataclass(slots=True)
class _Last:
    at: datetime | None = None
    seen_at: datetime | None = None
    made_at: datetime | None = None
    ways: list[tuple[str, str]] = field(default_factory=list)


_TOLD = """
SELECT wanted.id, 'notice', told.at, told.seen_at, '', '' FROM processes_process AS wanted
CROSS JOIN LATERAL (
    SELECT at, seen_at FROM notices_notice WHERE process_id = wanted.id AND kind = ANY(%(kinds)s)
    ORDER BY process_id DESC, id DESC LIMIT %(most)s
) AS told
WHERE wanted.id = ANY(%(ids)s) AND told.at >= wanted.waiting_since
UNION ALL
SELECT wanted.id, 'delivery', told.made_at, NULL, told.channel, told.state FROM processes_process AS wanted
CROSS JOIN LATERAL (
    SELECT made_at, channel, state FROM notices_delivery WHERE process_id = wanted.id AND kind = ANY(%(kinds)s)
    ORDER BY process_id DESC, id DESC LIMIT %(most)s
) AS told
WHERE wanted.id = ANY(%(ids)s) AND told.made_at >= wanted.waiting_since
"""


def last_told(processes: Collection[int], kinds: Collection[str]) -> Mapping[int, Told]:
    """Of these processes, those of whose present step somebody was told by a notice of these kinds, and how."""
    found: dict[int, _Last] = {}
    reason = "that others were told of what one was shown here is told, not what they read"
    with whole_register(reason), connection.cursor() as cursor:
        cursor.execute(_TOLD, {"ids": list(processes), "kinds": list(kinds), "most": _TOLD_MOST})
        for number, what, at, seen_at, channel, state in cursor.fetchall():
            last = found.setdefault(number, _Last())
            if what == "notice":
                last.at = max(at, last.at or at)
                last.seen_at = max(filter(None, (seen_at, last.seen_at)), default=None)
            else:
                if last.made_at is None or at > last.made_at:
                    last.made_at, last.ways = at, []
                if at == last.made_at:
                    last.ways.append((channel, state))
    return {
        number: Told(told_at, tuple(sorted(set(last.ways))), last.seen_at)
        for number, last in found.items()
        if (told_at := last.made_at or last.at) is not None
    }


def reject_reasons(processes: Collection[int]) -> Mapping[int, Decision]:
    """The rejections of these processes; one statement."""
    found = Decision.objects.filter(step__process_id__in=processes, outcome=Outcome.REJECTED).select_related("step")
    return {one.step.process_id: one for one in found}


def mandates_taken_at() -> datetime | None:
    """When SGK's list of e-Bildirge users was last taken in; whoever was entered there since is not known here yet."""
    return ImportRun.objects.filter(kind="mandates").order_by("-pk").values_list("at", flat=True).first()


_RECENT = timedelta(weeks=4)
NEWEST = 20_000
"""contracts of one provider that figures over time look at, the newest"""


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday: offers made in it, offers approved in it, and the median days that those took."""

    monday: Any
    offered: int
    approved: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """What became of the offers of these weeks, counted."""

    offered: int = 0
    at_professional: int = 0
    lost_at_professional: int = 0
    at_employer: int = 0
    lost_at_employer: int = 0
    approved: int = 0
    median_days: float | None = None
    """of those approved in the last four weeks"""

    @property
    def accepted(self) -> int:
        """Those that a professional accepted."""
        return self.at_employer + self.lost_at_employer + self.approved


_NEWEST = """
WITH newest AS MATERIALIZED (
    SELECT id, created_at, active_from, state, process_id FROM contracts_contract
    WHERE provider_id = %(provider)s AND NOT carried_over ORDER BY provider_id, id DESC LIMIT %(most)s
)
"""
_WEEKS = (  # two constants, nothing from outside
    _NEWEST
    + """
SELECT monday::date, sum(offered)::int, sum(approved)::int, max(median) FROM (
    SELECT date_trunc('week', created_at AT TIME ZONE 'Europe/Istanbul') AS monday, count(*) AS offered, 0 AS approved,
        NULL::float AS median
    FROM newest WHERE created_at >= %(since)s GROUP BY 1
    UNION ALL
    SELECT date_trunc('week', active_from AT TIME ZONE 'Europe/Istanbul'), 0, count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM active_from - created_at)) / 86400
    FROM newest WHERE active_from >= %(since)s GROUP BY 1
) AS counted GROUP BY monday ORDER BY monday
"""
)
_COHORT = (
    _NEWEST
    + """
SELECT count(*),
    count(*) FILTER (WHERE newest.state = 'awaiting_professional'),
    count(*) FILTER (WHERE gone AND process.current_step = 1),
    count(*) FILTER (WHERE newest.state = 'awaiting_employer'),
    count(*) FILTER (WHERE gone AND process.current_step > 1),
    count(*) FILTER (WHERE newest.active_from IS NOT NULL),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM newest.active_from - newest.created_at))
        FILTER (WHERE newest.active_from >= %(recent)s) / 86400
FROM newest JOIN processes_process AS process ON process.id = newest.process_id
CROSS JOIN LATERAL (SELECT newest.state IN ('rejected', 'withdrawn', 'lapsed', 'deleted') AS gone) AS judged
WHERE newest.created_at >= %(since)s
"""
)


def weeks_of(provider_id: int, since: datetime) -> list[Week]:
    """A provider's weeks from `since` (a Monday's beginning) on in which anything happened; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, {"provider": provider_id, "since": since, "most": NEWEST})
        return [Week(*row) for row in cursor.fetchall()]


def cohort_of(provider_id: int, since: datetime, at: datetime) -> Cohort:
    """What became of the offers that a provider made from `since` on until `at`; one statement."""
    asked: dict[str, Any] = {"provider": provider_id, "since": since, "most": NEWEST, "recent": at - _RECENT}
    with connection.cursor() as cursor:
        cursor.execute(_COHORT, asked)
        return Cohort(*cursor.fetchone())
