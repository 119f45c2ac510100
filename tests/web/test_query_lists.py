"""No page asks more of the database because its list is longer: officials' lists, offers, minutes, what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract, OfferSheet, Undertaking
from katip.contracts.services.draft import Answers, draft_open, draft_write
from katip.contracts.services.offer_sheet import sheet_check
from katip.documents.offers import offers_read
from katip.processes.models import Process
from katip.registry.models import Provider, StaffContract
from tests.cast import LONG_AGO, World, entered, person, professional, workplace
from tests.web.test_officials import in_office, official
from tests.web.test_query_counts import asked, more_contracts, page

NOW = datetime.now(UTC)


def people(world: World, number: int, start: int = 500) -> None:
    for place in range(start, start + number):
        professional(person(place, f"Kişi {place}"), "safety_specialist", provider=world.provider)


def drafts(world: World, number: int) -> None:
    actor = world.actor("manager", at=NOW)
    for place in range(number):
        draft = draft_open(actor=actor, at=NOW, code=103)
        answers = Answers(
            sgk_number=workplace(500 + place).sgk_number, professional_id=world.professionals[103].pk, minutes=240
        )
        draft_write(actor=actor, at=NOW, draft_id=draft.pk, version=draft.version, answers=answers)


def sheet(world: World, number: int) -> None:
    header = "İşyeri SGK no;T.C. kimlik no;Kod ya da görev;Dakika\r\n"
    rows = [f"{workplace(500 + place).sgk_number};{world.specialist.national_id};103;240" for place in range(number)]
    sheet_check(
        actor=world.actor("manager", at=NOW),
        at=NOW,
        file_name="deneme.csv",
        file_hash="0" * 64,
        lines=offers_read((header + "\r\n".join(rows)).encode()),
    )


def ended(world: World, number: int) -> None:
    more_contracts(world, number, "workplace")
    Contract.objects.update(state="ended", end_reason="by_employer", active_from=NOW, ended_at=NOW, ends_on=NOW.date())


def providers(world: World, number: int) -> None:
    one = Provider.objects.get(pk=world.provider.pk)
    for place in range(number):
        one.pk, one.authorisation_no = None, f"ÖRNEK-5{place:03}"
        one.save()
        StaffContract.objects.create(
            provider=one, professional=world.professionals[103], minutes=10, valid_from=LONG_AGO
        )


def at_one_place(world: World, number: int) -> None:
    more_contracts(world, number, "professional")


def waiting_for_provider(world: World, number: int) -> None:
    more_contracts(world, number, "workplace")
    Process.objects.update(waits_for="provider")


def undertakings(world: World, number: int) -> None:
    for place in range(number):
        contract = world.offer(at=NOW, workplace_id=workplace(500 + place).pk)
        Undertaking.objects.create(
            process_id=contract.process_id,
            workplace_id=contract.workplace_id,
            person=world.specialist,
            quality="employer",
            training_no=f"E-{place}",
            training_on=date(2024, 1, 1),
            minutes=60,
            state="active",
            active_from=NOW,
            created_at=NOW,
        )


def lacking(world: World, number: int) -> None:
    for place in range(number):
        workplace(500 + place)


def office(_world: World) -> Client:
    return in_office(official("inspector"))


def role(name: str) -> Callable[[World], Client]:
    return lambda world: entered(world, name)


def newest_sheet() -> list[int]:
    return [OfferSheet.objects.latest("pk").pk]


def ticked() -> str:
    numbers = Process.objects.order_by("pk").values_list("pk", flat=True)[:20]
    return "&".join(f"surec={number}" for number in numbers)


@dataclass(frozen=True)
class Case:
    """A page: what makes its list longer, who reads it, at which address, with how many statements."""

    longer: Callable[[World, int], None]
    reader: Callable[[World], Client]
    url: Callable[[World], str]
    statements: int


CASES = {
    "lacking": Case(lacking, office, lambda _: reverse("lacking"), 10),
    "official_workplace": Case(
        at_one_place, office, lambda world: reverse("official_workplace", args=[world.workplace.pk]), 16
    ),
    "professionals": Case(people, office, lambda _: reverse("professionals"), 9),
    "provider": Case(people, office, lambda world: reverse("provider", args=[world.provider.pk]), 11),
    "professional": Case(
        providers, office, lambda world: reverse("professional", args=[world.professionals[103].pk]), 12
    ),
    "own_minutes, ended": Case(ended, role("specialist"), lambda _: reverse("own_minutes"), 14),
    "own_minutes, providers": Case(providers, role("specialist"), lambda _: reverse("own_minutes"), 14),
    "own_minutes, undertakings": Case(undertakings, role("specialist"), lambda _: reverse("own_minutes"), 14),
    "own_records": Case(undertakings, role("specialist"), lambda _: reverse("own_records"), 10),
    "offer_drafts": Case(drafts, role("manager"), lambda _: reverse("offer_drafts"), 9),
    "offer_sheet": Case(sheet, role("manager"), lambda _: reverse("offer_sheet", args=newest_sheet()), 9),
    "offer_sheet_results": Case(
        sheet, role("manager"), lambda _: reverse("offer_sheet_results", args=newest_sheet()), 8
    ),
    "home of a provider": Case(waiting_for_provider, role("manager"), lambda _: reverse("home"), 11),
    "steps_together": Case(at_one_place, role("owner"), lambda _: f"{reverse('steps_together')}?{ticked()}", 8),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("number", [2, 30])
def test_a_page_asks_as_often_however_long_its_list(world: World, name: str, number: int) -> None:
    case = CASES[name]
    case.longer(world, number)
    client, url = case.reader(world), case.url(world)
    client.get(url)  # what is asked once only: provinces, the messages of signing in
    assert asked(page(client, url)) == case.statements
