"""What a month is made of in tests: figures told, consent, and the month carried out, whatever happens meanwhile."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from katip.contracts.models import Contract, ContractVersion, MonthChange
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.processes.models import Process
from katip.processes.services.complete import steps_complete
from katip.registry.models import Certificate, ContactDeclaration, Headcount, Professional, StaffContract, Workplace
from katip.updates.models import Feed, MonthRun
from katip.updates.services.month_apply import chunk_apply, month_begin
from katip.updates.services.month_close import month_close
from katip.updates.services.month_plan import month_plan
from tests.cast import AT, LONG_AGO, World, decision, e_bildirge, person, workplace

JUNE, JULY, AUGUST = date(2025, 6, 1), date(2025, 7, 1), date(2025, 8, 1)
DAY = timedelta(days=1)
NEXT = AT + DAY
"""when the month is planned and carried out: what was agreed at `AT` is old by then"""
_SHORTLY = timedelta(seconds=30)


def tell(figures: Mapping[Workplace, int | tuple[int, str]], period: date = JUNE) -> Feed:
    """A feed that was taken: headcounts, or headcounts and activities."""
    feed = Feed.objects.create(
        source="file", state="taken", first_period=period, last_period=period, rows=len(figures), begun_at=AT
    )
    for where, told in figures.items():
        employees, activity = told if isinstance(told, tuple) else (told, where.activity_id)
        if activity != where.activity_id:
            where.activity_id = activity
            where.save(update_fields=["activity_id"])
        row = {"employees": employees, "activity_id": activity, "feed": feed.pk}
        Headcount.objects.update_or_create(workplace=where, period=period, defaults=row)
    return feed


def consents(world: World, where: Workplace | None = None, *, yes: bool = True) -> None:
    """The workplace says yes, or no, to what follows by itself."""
    place = where or world.workplace
    ContactDeclaration.objects.create(
        workplace=place,
        no=ContactDeclaration.objects.filter(workplace=place).count() + 1,
        declared_by=world.owner,
        declared_at=AT,
        phone="2240000000",
        email="iletisim@ornek.com.tr",
        province_id=place.province_id,
        district_id=place.district_id,
        auto_update=yes,
        consent_text="otomatik-guncelleme/2",
    )


def planned(*, at: datetime = NEXT, period: date = JUNE, chunk: int = 2_000) -> MonthRun:
    run: MonthRun = month_plan(actor=OPERATOR, at=at, period=period, chunk=chunk)
    return run


def carried(
    *,
    at: datetime = NEXT,
    period: date = JUNE,
    chunk: int = 2_000,
    meanwhile: Callable[[], object] = lambda: None,
) -> MonthRun:
    """A month from its plan to its close; `meanwhile` happens after it began, before its first chunk."""
    run = planned(at=at, period=period, chunk=chunk)
    month_begin(actor=OPERATOR, at=at + _SHORTLY, run_id=run.pk)
    meanwhile()
    written(run)
    done: MonthRun = month_close(actor=OPERATOR, at=at + 2 * _SHORTLY, run_id=run.pk)
    return done


def written(run: MonthRun) -> None:
    while chunk_apply(actor=OPERATOR, run_id=run.pk):
        pass


def terms(contract: Contract) -> list[tuple[int, str]]:
    """Minutes and basis of each version, the oldest first."""
    found = ContractVersion.objects.filter(contract=contract).order_by("no")
    return list(found.values_list("minutes", "basis"))


def outcomes(run: MonthRun) -> list[tuple[int, str, str]]:
    """What the month did: contract, outcome, reason."""
    found = MonthChange.objects.filter(run=run.pk).order_by("contract_id")
    return list(found.values_list("contract_id", "outcome", "reason"))


def waiting(contract: Contract) -> Process:
    """The update that waits for an answer."""
    return Process.objects.get(duration_update__contract=contract, duration_update__is_open=True)


def needed(where: Workplace, profession: str = "safety_specialist") -> Process:
    """The need for a person that waits for an answer."""
    return Process.objects.get(shortage__workplace=where, shortage__profession=profession, shortage__is_open=True)


def staff(who: Professional, minutes: int) -> None:
    """The professional's minutes with the provider are so many from now on."""
    StaffContract.objects.filter(professional=who).update(minutes=minutes)


def colleague_of(world: World, number: int = 900, *, minutes: int = 11_700, letter: str = "B") -> Professional:
    """One more specialist of the provider."""
    who = Professional.objects.create(person=person(number, f"Uzman {number}"))
    Certificate.objects.create(
        professional=who,
        profession="safety_specialist",
        certificate_class=letter,
        number=f"ÖRNEK-{number}",
        valid_from=LONG_AGO,
    )
    StaffContract.objects.create(provider=world.provider, professional=who, minutes=minutes, valid_from=LONG_AGO)
    return who


def served_by(world: World, who: Professional, where: Workplace | None = None, **terms: Any) -> Contract:
    """A contract in force with somebody who is not of the cast."""
    place = where or world.workplace
    contract = world.offer(professional_id=who.pk, workplace_id=place.pk, **terms)
    _accept(world, contract, who)
    return contract


def _accept(world: World, contract: Contract, who: Professional) -> None:
    proof = Proof("totp", AT - timedelta(minutes=1))
    steps_complete(actor=Actor(who.person_id, proof=proof), at=AT, decisions=[decision(contract)])
    user = world.owner if contract.workplace_id == world.workplace.pk else world.stranger
    employer = Actor(user.pk, Capacity.WORKPLACE, contract.workplace_id, proof)
    steps_complete(actor=employer, at=AT, decisions=[decision(contract)])


def places_made(world: World, places: int) -> list[Contract]:
    """Workplaces with consent and without, each with a specialist of its own, and a feed for them.

    One more workplace has three specialists. Of six, one is empty, one crosses a threshold and one does not change.
    """
    contracts, figures = [], {}
    for number in range(places):
        place = workplace(100 + number)
        e_bildirge(world.stranger, place)
        if number % 3:
            consents(world, place)
        contracts.append(served_by(world, colleague_of(world, 1000 + number), place, minutes=240))
        figures[place] = (0, 15, 10, 16, 500, 12)[number % 6]
    extra = workplace(99)
    figures[extra] = 20
    e_bildirge(world.stranger, extra)
    consents(world, extra)
    contracts += [
        served_by(world, colleague_of(world, 2000 + number), extra, minutes=minutes)
        for number, minutes in enumerate((240, 7, 3))
    ]
    tell(figures)
    return contracts
