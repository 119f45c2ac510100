"""What a page asks of the database: a fixed number of statements, however long the lists are.

Counted are all statements but the transaction's own (BEGIN, COMMIT, savepoints): session, person, who acts, mandate,
the page itself, and one that records whose data it shows; a process that recorded the same within a quarter of an hour
leaves that out, which does not show here, where nothing is committed. The budget of a list is 8 to read and that one; a
number changed here is a decision.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.contracts.models import Contract, ContractAct, ContractVersion
from katip.processes.models import Process, Step
from katip.registry.models import ContactDeclaration, Professional, Workplace
from tests.cast import World, decision, entered, person, signed_in, workplace

NOT_COUNTED = re.compile(r"BEGIN|COMMIT|SAVEPOINT|RELEASE SAVEPOINT|SELECT set_config\('role'")
"""the last: what the house itself looks up goes by its role, which is taken on and given back"""

COMPANIES = """
WITH place AS (
    INSERT INTO registry_workplace (sgk_number, title, vkn, province_id, district_id, address, activity_id)
    SELECT '2' || lpad(n::text, 25, '0'), 'Deneme ' || n || ' Sanayi A.Ş.', '', 16, district, '', '22.22.43'
    FROM generate_series(1, %s) AS n,
         (SELECT min(id) AS district FROM registry_district WHERE province_id = 16) AS here
    RETURNING id
)
INSERT INTO registry_mandate (person_id, capacity, workplace_id, valid_from)
SELECT %s, 'e_bildirge', id, '2020-01-01' FROM place
"""


def asked(work: Callable[[], Any]) -> int:
    """How many statements `work` sends."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return sum(not NOT_COUNTED.match(query["sql"]) for query in captured.captured_queries)


def page(client: Client, url: str, status: int = 200) -> Callable[[], None]:
    def read() -> None:
        assert client.get(url).status_code == status

    return read


def more_contracts(world: World, number: int, vary: str) -> None:
    """Contracts that wait for the employer: of ever other professionals, or at ever other workplaces."""
    sample = world.accepted(at=datetime.now(UTC))
    sample.refresh_from_db()
    process = Process.objects.get(pk=sample.process_id)
    steps = list(Step.objects.filter(process=process))
    for place in range(1, number):
        process.pk = sample.pk = None
        if vary == "professional":
            sample.professional = Professional.objects.create(person=person(100 + place, f"Kişi {place}"))
            named = {"id": sample.professional_id, "name": sample.professional.person.name}
            process.terms = process.terms | {"professional": named}
        else:
            sample.workplace = process.workplace = workplace(100 + place)
        process.save()
        for step in steps:
            step.pk, step.process = None, process
        Step.objects.bulk_create(steps)
        sample.process = process
        sample.save()


@pytest.mark.parametrize("number", [2, 5_000])
def test_the_box_of_companies_asks_four_times_whether_two_or_five_thousand(world: World, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COMPANIES, [number, world.accountant.pk])
    client = signed_in(world.accountant)
    client.post(reverse("companies_fetch"))
    assert asked(page(client, reverse("companies"))) == 4
    shown = client.get(reverse("companies")).text
    assert shown.count('name="firma"') == min(number, 20)
    assert ("5.000 firma" in shown or "5000 firma" in shown) == (number == 5_000)
    assert asked(page(client, reverse("companies") + "?ara=deneme+42")) == 4
    follow = re.search(r'href="(/firmalar/\?[^"]*sonra=[^"]+)"', shown)
    assert (follow is not None) == (number == 5_000)
    if follow is not None:
        following = follow[1].replace("&amp;", "&")
        assert asked(page(client, following)) == 4
        assert client.get(following).text.count('name="firma"') == 20


@pytest.mark.parametrize("rows", [2, 60])
@pytest.mark.parametrize(
    "list_of",
    [
        ("owner", "professional", "contracts", 8),
        ("owner", "professional", "home", 12),
        ("manager", "workplace", "contracts", 8),
        ("specialist", "workplace", "assignments", 7),
    ],
)
def test_a_list_asks_as_often_for_sixty_rows_as_for_two(
    world: World, rows: int, list_of: tuple[str, str, str, int]
) -> None:
    role, vary, route, statements = list_of
    more_contracts(world, rows, vary)
    client = entered(world, role)
    shown = client.get(reverse(route)).text  # what ships with the program is asked for once
    assert asked(page(client, reverse(route))) == statements
    to_each = r'href="(/surecler/\d+/)"' if route == "contracts" else r'href="(/(?:surecler|sozlesmeler)/\d+/)"'
    assert len(set(re.findall(to_each, shown))) in {rows, 50, 51}


@pytest.mark.parametrize("rows", [2, 60])
@pytest.mark.parametrize(("role", "statements"), [("owner", 9), ("manager", 9), ("specialist", 7)])
@pytest.mark.parametrize("tab", ["devam", "tum"])
def test_a_list_of_what_runs_judges_it_with_one_statement_more(
    world: World, rows: int, role: str, statements: int, tab: str
) -> None:
    more_contracts(world, rows, "workplace" if role != "owner" else "professional")
    Contract.objects.update(state="active", active_from=datetime.now(UTC))
    client = entered(world, role)
    for query in ("", "&sirala=isyeri", "&ara=%C3%B6rnek&gorev=safety_specialist", "&sirala=tarih"):
        url = f"{reverse('contracts')}?liste={tab}{query}"
        found = len(client.get(url).context["rows"])
        assert (found, asked(page(client, url))) == (min(rows, 50), statements)


@pytest.mark.parametrize("rows", [2, 60])
def test_renumbered_contracts_are_listed_with_one_statement(world: World, rows: int) -> None:
    more_contracts(world, rows, "workplace")
    for old in Workplace.objects.filter(contracts__isnull=False):
        workplace(1_000 + old.pk)
        Workplace.objects.filter(sgk_number=f"222220101{1_000 + old.pk:07}0160872000").update(predecessor=old)
    Contract.objects.update(state="ended", end_reason="workplace_closed", ended_at=datetime.now(UTC))
    client = entered(world, "manager")
    assert len(client.get(reverse("contracts_renumbered")).context["rows"]) == rows
    assert asked(page(client, reverse("contracts_renumbered"))) == 7
    assert "SGK numarası değişen işyerlerinin" in client.get(reverse("contracts")).text


def test_the_step_page_and_its_completion(world: World) -> None:
    contract = world.accepted(at=datetime.now(UTC))
    client = entered(world, "owner")
    url = reverse("step", args=[contract.process_id])
    assert asked(page(client, url)) == 9
    shown = decision(contract)
    form = {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"}
    sent = asked(lambda: client.post(reverse("step_complete", args=[contract.process_id]), form))
    assert Process.objects.get().state == "completed"
    assert sent == 14  # session, person, who acts, mandate; then the ten of the use case, which asks itself
    assert asked(page(client, reverse("step_result", args=[contract.process_id]))) == 11


@pytest.mark.parametrize("versions", [1, 40])
def test_a_contracts_page_asks_as_often_however_long_its_story(world: World, versions: int) -> None:
    contract = world.active(at=datetime.now(UTC) - timedelta(days=100))
    version, act = ContractVersion.objects.get(), ContractAct.objects.latest("pk")
    for no in range(2, versions + 1):
        version.pk, version.no, act.pk = None, no, None
        version.valid_from += timedelta(days=1)
        version.save()
        act.save()
    client = entered(world, "owner")
    for route, statements in (("contract", 16), ("contract_end", 9), ("contract_update", 9)):
        assert asked(page(client, reverse(route, args=[contract.pk]))) == statements, route


@pytest.mark.parametrize("declarations", [0, 15])
def test_the_card_and_its_form_whatever_was_declared(world: World, declarations: int) -> None:
    ContactDeclaration.objects.bulk_create(
        ContactDeclaration(
            workplace=world.workplace,
            no=no,
            declared_by=world.owner,
            declared_at=datetime(2025, 6, 2, tzinfo=UTC) + timedelta(days=no),
            phone="5550000000",
            email="firma@ornek.com.tr",
            province_id=16,
            district_id=world.workplace.district_id,
            consent_text="otomatik-guncelleme/1",
        )
        for no in range(1, declarations + 1)
    )
    client = entered(world, "owner")
    assert asked(page(client, reverse("card"))) == 16  # two of them: who can be reached
    assert asked(page(client, reverse("contact"))) == 8


def test_public_pages_and_the_health_check_ask_nothing() -> None:
    client = Client()
    for name in ("start", "help", "privacy", "accessibility", "health", "account_login"):
        assert client.get(reverse(name)).status_code == 200  # a query would fail: this test has no database
