"""The directory that officials read: providers and professionals, those of the office's province only where it has one.

A professional is of every province in which a provider has or had them on its staff; one whom nobody employs yet is
seen by the official who entered them, and by offices for the whole country.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from katip.core.turkish import fold, upper
from katip.registry.models import (
    Certificate,
    Official,
    Professional,
    Provider,
    StaffContract,
    Standing,
)
from katip.registry.permissions import valid_on

STANDINGS_SHOWN = 50

Found = TypeVar("Found", Provider, Professional)


def providers_seen(office: Official) -> QuerySet[Provider]:
    """The providers that this office sees."""
    providers = Provider.objects.select_related("province", "district", "workplace")
    return providers if office.province_id is None else providers.filter(province_id=office.province_id)


def professionals_seen(office: Official) -> QuerySet[Professional]:
    """The professionals that this office sees."""
    professionals = Professional.objects.select_related("person")
    if office.province_id is None:
        return professionals
    staff = StaffContract.objects.filter(professional=OuterRef("pk"), provider__province_id=office.province_id)
    entered = Standing.objects.filter(professional=OuterRef("pk"), official_id=office.person_id)
    return professionals.filter(Exists(staff) | Exists(entered))


@dataclass(frozen=True, slots=True)
class NameAfter:
    """Where the next page begins: after this name (its sort key) and id."""

    sort: str
    id: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for.

    A part of the name in any Turkish spelling, or a number; a province's plate code; only suspended ones, only those
    that are not, or both (None).
    """

    text: str = ""
    province: int | None = None
    suspended: bool | None = None


def providers_find(office: Official, sought: Sought, *, after: NameAfter | None, limit: int) -> list[Provider]:
    """Providers by title, at most `limit` + 1 (one more tells that there is a next page)."""
    providers = _standing_is(providers_seen(office), sought)
    if sought.text:
        providers = providers.filter(
            Q(title_search__contains=fold(sought.text)) | Q(authorisation_no__startswith=upper(sought.text))
        )
    if sought.province is not None:
        providers = providers.filter(province_id=sought.province)
    if after is not None:
        providers = providers.filter(Q(title_sort__gt=after.sort) | Q(title_sort=after.sort, pk__gt=after.id))
    return list(providers.order_by("title_sort", "pk")[: limit + 1])


def professionals_find(office: Official, sought: Sought, *, after: NameAfter | None, limit: int) -> list[Professional]:
    """Professionals by name, at most `limit` + 1, each with `certificates`."""
    professionals = _standing_is(professionals_seen(office), sought)
    if sought.text:
        numbered = Certificate.objects.filter(professional=OuterRef("pk"), number__in={sought.text, upper(sought.text)})
        professionals = professionals.filter(Q(person__name_search__contains=fold(sought.text)) | Exists(numbered))
    if sought.province is not None:
        staff = StaffContract.objects.filter(professional=OuterRef("pk"), provider__province_id=sought.province)
        professionals = professionals.filter(Exists(staff))
    if after is not None:
        later = Q(person__name_sort__gt=after.sort) | Q(person__name_sort=after.sort, pk__gt=after.id)
        professionals = professionals.filter(later)
    newest = Prefetch("certificates", Certificate.objects.order_by("profession", "-valid_from"))
    return list(professionals.prefetch_related(newest).order_by("person__name_sort", "pk")[: limit + 1])


def _standing_is(found: QuerySet[Found], sought: Sought) -> QuerySet[Found]:
    return found if sought.suspended is None else found.filter(suspended_on__isnull=not sought.suspended)


def standings_of(subject: Provider | Professional) -> Sequence[Standing]:
    """What officials did to the authorisation, newest first."""
    return list(subject.standings.select_related("official").order_by("-pk")[:STANDINGS_SHOWN])


def staff_of(
    subject: Provider | Professional, at: datetime, *, after: int | None = None, limit: int
) -> list[StaffContract]:
    """The staff contracts in force, newest first, at most `limit` + 1."""
    mine = {"provider": subject} if isinstance(subject, Provider) else {"professional": subject}
    contracts = StaffContract.objects.filter(valid_on(at), **mine).select_related("professional__person", "provider")
    if after is not None:
        contracts = contracts.filter(pk__lt=after)
    return list(contracts.order_by(F("pk").desc())[: limit + 1])
