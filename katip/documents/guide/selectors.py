"""Reading guides: by the link that somebody has, or for the provider that made it. Every read is bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING
from katip.core.codes import code_read
from katip.core.crypto import lookup_key, unseal
from katip.documents.guide.models import GuideLink
from katip.processes.deadlines import has_lapsed
from katip.registry.models import Provider, Workplace
from katip.rules import ContractState, Profession

TOKEN_LENGTH = 20
"""of 31 signs: 99 bits"""
_OFFERS_SHOWN = 20
"""a workplace has three professions; more offers than this at once are a mistake"""


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer of a guide. `minutes` a month; `waits_for_employer` where it is the customer's turn."""

    process_id: int
    code: int
    profession: Profession
    person: str
    minutes: int
    full_time: bool
    due_on: date | None
    waits_for_employer: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """What one guide tells: who offered, to which workplace, what waits now; until when its link works."""

    provider: Provider
    workplace: Workplace
    offers: Sequence[Offered]
    link: GuideLink | None = None

    @property
    def waiting(self) -> list[Offered]:
        """The offers that wait for the customer."""
        return [one for one in self.offers if one.waits_for_employer]


def link_find(typed: str, at: datetime) -> GuideLink | None:
    """The link that these signs name, while it works."""
    token = code_read(typed, TOKEN_LENGTH)
    if token is None:
        return None
    working = Q(closed_at=None, expires_at__gt=at)
    found = GuideLink.objects.filter(working, token_key=lookup_key(f"guide:{token}"))
    return found.select_related("provider", "workplace").first()


def links_working(provider_id: int, workplace_id: int, at: datetime) -> list[GuideLink]:
    """The links that this provider made for this workplace and that work, the newest first."""
    found = GuideLink.objects.filter(provider_id=provider_id, workplace_id=workplace_id, closed_at=None)
    return list(found.filter(expires_at__gt=at).order_by("-pk")[:_OFFERS_SHOWN])


def token_of(link: GuideLink) -> str:
    """The link's signs, to be shown to whoever made it."""
    return unseal(link.token_sealed)


def guide_of(link: GuideLink, at: datetime) -> Guide:
    """What the link's guide tells at `at`; one statement."""
    offers = offers_waiting(link.provider_id, link.workplace_id, at, process_id=link.process_id)
    return Guide(link.provider, link.workplace, offers, link)


def offers_waiting(
    provider_id: int, workplace_id: int, at: datetime, *, process_id: int | None = None
) -> list[Offered]:
    """The provider's offers to the workplace that wait, by code; `process_id` narrows them to one."""
    contracts = Contract.objects.filter(workplace_id=workplace_id, state__in=WAITING, provider_id=provider_id)
    if process_id is not None:
        contracts = contracts.filter(process_id=process_id)
    found = contracts.select_related("process", "professional__person").order_by("code", "pk")[:_OFFERS_SHOWN]
    return [
        Offered(
            process_id=one.process_id,
            code=one.code,
            profession=Profession(one.profession),
            person=one.professional.person.name,
            minutes=one.minutes,
            full_time=one.assignment_type == "full_time",
            due_on=one.process.due_on,
            waits_for_employer=one.state == ContractState.AWAITING_EMPLOYER,
        )
        for one in found
        if not has_lapsed(one.process.due_on, at)
    ]
