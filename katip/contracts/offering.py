"""What an offer is made from: drafts, the provider's professionals with their minutes, the workplace and its figures.

Reads only, each bounded and for the provider in whose name the actor acts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db.models import Case, Exists, Func, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Collate, Concat

from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.fitness import WorkplaceFitness, fitness_of
from katip.contracts.law import minimum_minutes, require_lawful
from katip.contracts.models import AssignmentType, Contract, DraftState, OfferDraft, OfferSheet
from katip.contracts.selectors import WAITING
from katip.core.actor import Actor
from katip.core.crypto import lookup_key
from katip.core.turkish import fold
from katip.core.usecase import whole_register
from katip.registry.models import Certificate, Headcount, Mandate, Professional, StaffContract, Workplace
from katip.registry.permissions import valid_on
from katip.rules import FULL_TIME_MONTH_MINUTES, Profession, RuleViolation


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a draft so far; None, or empty, where a step was not answered. `minutes` are a month's.

    `read` is the version of the information that was confirmed. `workplace_id` is None while the number that was
    typed names no workplace of this register.
    """

    read: str = ""
    sgk_number: str = ""
    workplace_id: int | None = None
    professional_id: int | None = None
    assignment_type: str = ""
    minutes: int | None = None


def written(draft: OfferDraft) -> Written:
    """The draft's answers as plain values."""
    return Written(**draft.fields)


def drafts_of(actor: Actor, *, after: int | None, limit: int) -> list[OfferDraft]:
    """Open drafts of the actor's provider, the newest first, at most `limit` + 1; `after` is the last one shown."""
    drafts = OfferDraft.objects.filter(provider_id=actor.organisation, state=DraftState.DRAFT)
    if after is not None:
        drafts = drafts.filter(pk__lt=after)
    return list(drafts.select_related("created_by").order_by("-pk")[: limit + 1])


def draft_find(actor: Actor, draft_id: int) -> OfferDraft | None:
    """A draft in any state, if it is the actor's provider's."""
    mine = OfferDraft.objects.filter(provider_id=actor.organisation, pk=draft_id)
    related = "contract__process__created_by", "contract__professional__person", "contract__workplace", "created_by"
    return mine.select_related(*related).first()


def names_of(drafts: Collection[OfferDraft]) -> tuple[dict[int, str], dict[int, str]]:
    """The titles of the workplaces and the names of the professionals in these drafts, by id; two statements."""
    found = [written(draft) for draft in drafts]
    workplaces = Workplace.objects.filter(pk__in={one.workplace_id for one in found if one.workplace_id})
    people = Professional.objects.filter(pk__in={one.professional_id for one in found if one.professional_id})
    return (
        dict(workplaces.values_list("pk", "title")),
        {one.pk: one.person.name for one in people.select_related("person")},
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A workplace as an offer meets it; `period` is the month of the headcount, None where it is not known."""

    workplace: Workplace
    fitness: WorkplaceFitness
    period: date | None
    has_user: bool
    """whether anybody is its e-Bildirge user, who alone may approve"""

    def refusal(self, day: date) -> RuleViolation | None:
        """Why nothing can be offered here, whoever would serve; None where it can."""
        closed_on = self.workplace.closed_on
        if closed_on is not None and closed_on <= day:
            return RuleViolation("workplace_closed", facts={"closed_on": closed_on})
        if self.fitness.hazard is None or self.fitness.employees is None:
            return RuleViolation("workplace_unknown_figures")
        if self.fitness.employees == 0:
            return RuleViolation("workplace_empty")
        return None


@whole_register("the figures of a workplace that no contract binds to the provider yet")
def place_read(workplace_id: int, at: datetime) -> Place | None:
    """The workplace with its figures of today, or None where there is no such workplace."""
    workplace = Workplace.objects.select_related("province", "district").filter(pk=workplace_id).first()
    if workplace is None:
        return None
    headcount = Headcount.objects.filter(workplace=workplace).order_by("-period").first()
    return Place(
        workplace,
        fitness_of([workplace_id], at)[workplace_id],
        headcount.period if headcount else None,
        Mandate.objects.filter(valid_on(at), workplace=workplace).exists(),
    )


def staff_find(provider_id: int, national_id: str, at: datetime) -> int | None:
    """The professional of the provider's own staff with this T.C. kimlik no.

    Others are not found: who they are is nobody's business here.
    """
    staff = StaffContract.objects.filter(
        valid_on(at), provider_id=provider_id, professional__person__national_id_key=lookup_key(national_id)
    )
    return staff.values_list("professional_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A professional who might serve. `refusal` says why not; None where an offer at the minimum could be made."""

    professional: Professional
    sorted_by: str
    certificate: Certificate
    facts: Facts
    refusal: RuleViolation | None


@dataclass(frozen=True, slots=True)
class StaffAfter:
    """Where the next page of the staff list begins: after the professional with this sort key and id."""

    sorted_by: str
    id: int


def candidates_of(
    actor: Actor,
    at: datetime,
    *,
    profession: Profession,
    workplace_id: int,
    search: str = "",
    after: StaffAfter | None = None,
    limit: int,
) -> list[Candidate]:
    """The provider's staff with a certificate of the profession, judged for this workplace, by name.

    At most `limit` + 1. Three statements, whatever the number.
    """
    name = Concat("person__given_name", Value(" "), "person__family_name", output_field=TextField())
    certified = Certificate.objects.filter(professional=OuterRef("pk"), profession=profession)
    employed = StaffContract.objects.filter(valid_on(at), professional=OuterRef("pk"), provider_id=actor.organisation)
    staff = Professional.objects.filter(Exists(certified), Exists(employed)).annotate(
        sorted_by=Collate(Func(name, function="katip_sort_key", output_field=TextField()), "C")
    )
    if words := fold(search):
        found_by = Func(name, function="katip_search_key", output_field=TextField())
        staff = staff.annotate(found_by=found_by).filter(found_by__contains=words)
    if after is not None:
        beyond = Q(sorted_by__gt=after.sorted_by) | Q(sorted_by=after.sorted_by, pk__gt=after.id)
        staff = staff.filter(beyond)
    found = list(staff.select_related("person").order_by("sorted_by", "pk")[: limit + 1])
    return _judged(actor.organisation, at, found, profession=profession, workplace_id=workplace_id)


def candidate_read(
    actor: Actor, at: datetime, *, profession: Profession, workplace_id: int, professional_id: int
) -> Candidate | None:
    """One professional as `candidates_of` has them, also without a staff contract; None without such a certificate."""
    found = Professional.objects.select_related("person").filter(pk=professional_id)
    found = found.annotate(sorted_by=Value("", output_field=TextField()))
    judged = _judged(actor.organisation, at, list(found), profession=profession, workplace_id=workplace_id)
    return judged[0] if judged else None


def certificates_of(
    professional_ids: Collection[int], professions: Collection[Profession], at: datetime
) -> dict[tuple[int, Profession], Certificate]:
    """The certificate to be judged, by professional and profession: a valid one before others, the best class first."""
    found = (
        Certificate.objects.filter(professional_id__in=professional_ids, profession__in=professions)
        .select_related("professional__person")
        .annotate(valid=Case(When(valid_on(at), then=Value(0)), default=Value(1)))
        .order_by("professional_id", "profession", "valid", "certificate_class", "-valid_from")
        .distinct("professional_id", "profession")
    )
    return {(one.professional_id, Profession(one.profession)): one for one in found}


@whole_register("an offer that anybody made stands in the way of a second one")
def open_offers(workplace_ids: Collection[int], professional_ids: Collection[int]) -> set[tuple[int, int, Profession]]:
    """Offers that wait already: workplace, professional, profession. At most one of each waits."""
    waiting = Contract.objects.filter(
        state__in=WAITING, workplace_id__in=workplace_ids, professional_id__in=professional_ids
    )
    rows = waiting.values_list("workplace_id", "professional_id", "profession")
    return {(workplace, professional, Profession(profession)) for workplace, professional, profession in rows}


def minutes_default(facts: Facts, profession: Profession, assignment_type: str) -> int | None:
    """The minutes a month that are offered where none are named: the legal minimum, for full time a full month.

    None where the workplace's figures are not known.
    """
    if assignment_type == AssignmentType.FULL_TIME:
        return FULL_TIME_MONTH_MINUTES
    requirement = facts.requirement(profession)
    return minimum_minutes(facts, requirement) if requirement else None


def _judged(
    provider_id: int, at: datetime, staff: Sequence[Professional], *, profession: Profession, workplace_id: int
) -> list[Candidate]:
    ids = [one.pk for one in staff]
    certificates = certificates_of(ids, [profession], at)
    staff = [one for one in staff if (one.pk, profession) in certificates]
    asked = [Asked(workplace_id, one.pk, provider_id, certificates[one.pk, profession].pk, profession) for one in staff]
    waiting = open_offers([workplace_id], ids)
    return [
        Candidate(
            one,
            one.sorted_by,  # type: ignore[attr-defined] # annotated by the callers
            certificates[one.pk, profession],
            facts,
            RuleViolation("already_offered")
            if (workplace_id, one.pk, profession) in waiting
            else _refusal(facts, profession),
        )
        for one, facts in zip(staff, facts_read(asked, at), strict=True)
    ]


def _refusal(facts: Facts, profession: Profession) -> RuleViolation | None:
    """Why an offer at the minimum would be refused."""
    minutes = minutes_default(facts, profession, AssignmentType.PART_TIME)
    try:
        require_lawful(facts, profession=profession, minutes=minutes or 0, assignment_type=AssignmentType.PART_TIME)
    except RuleViolation as violation:
        return violation
    return None


def sheets_of(actor: Actor, *, after: int | None, limit: int) -> list[OfferSheet]:
    """The provider's sheets of offers, the newest first, at most `limit` + 1; `after` is the last one shown."""
    sheets = OfferSheet.objects.filter(provider_id=actor.organisation)
    if after is not None:
        sheets = sheets.filter(pk__lt=after)
    return list(sheets.select_related("created_by").order_by("-pk")[: limit + 1])


def sheet_find(actor: Actor, sheet_id: int) -> OfferSheet | None:
    """A sheet of offers, if it is the actor's provider's."""
    return OfferSheet.objects.select_related("created_by").filter(provider_id=actor.organisation, pk=sheet_id).first()


class Named(Protocol):
    """What names a workplace and a professional by id."""

    @property
    def workplace_id(self) -> int | None:
        """The workplace, or None where it is not known."""

    @property
    def professional_id(self) -> int | None:
        """The professional, or None where nobody of the staff is meant."""


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of workplaces, names and T.C. kimlik no of professionals, by id; for those who name them anyway."""

    workplaces: dict[int, str]
    people: dict[int, str]
    national_ids: dict[int, str]


def sheet_names(rows: Iterable[Named]) -> Names:
    """Who is meant by the rows; two statements."""
    listed = list(rows)
    workplaces = Workplace.objects.filter(pk__in={row.workplace_id for row in listed if row.workplace_id})
    people = Professional.objects.select_related("person").filter(
        pk__in={row.professional_id for row in listed if row.professional_id}
    )
    found = {one.pk: one.person for one in people}
    return Names(
        dict(workplaces.values_list("pk", "title")),
        {key: person.name for key, person in found.items()},
        {key: person.national_id for key, person in found.items()},
    )
