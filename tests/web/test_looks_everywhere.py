"""No page forgets whose data it showed: every route is read, and the names on it are held against the looks.

The world is filled so that the pages have somebody on them. A name that stands on a page without a look fails, and so
does a look at somebody whose name is not there.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from katip.audit.models import Look
from katip.contracts.services.draft import Answers, draft_open, draft_write
from katip.core.actor import Capacity
from katip.counter.models import Purpose
from katip.identity.models import Person
from katip.keeping.models import Right
from katip.keeping.services.requests import request_make
from katip.notices.models import Objection
from katip.processes.inbox import inbox_all
from katip.runs.decide import DECIDE, row_asked
from katip.runs.services.prepare import run_prepare
from katip.web.access import Access
from katip.web.acting.chosen import chosen_write
from katip.web.looks.occasions import ROUTES
from tests.cast import World, entered, signed_in
from tests.contracts.people import People, people_make
from tests.counter import counter_cast
from tests.months import month_make
from tests.routes import routes
from tests.undo import undone
from tests.web.test_officials import in_office, official
from tests.web.test_permissions import ROWS

NOW = datetime.now(UTC)
SHOWING = 30
"""how many addresses show somebody in the filled world, at the least"""
ACCESS = {str(pattern.name): getattr(pattern.callback, "access", Access.PUBLIC) for _, pattern in routes()}
WITHOUT = {
    "whoever has the link reads it, and is not known": "guide_customer guide_customer_pdf",
    "a provider's offers, counted": "follow_figures follow_remind",
    "open to everyone, about nobody": """accessibility calculator components guide
        guide_no_user guide_pdf guide_two_step health help language log log_checkpoint
        log_entries log_seal log_tile notices_leave privacy privacy_notice privacy_notice_open ready retention start""",
    "one's own sign-in, account and identity card": """account account_devices account_email account_email_prove
        account_history account_login account_logout account_notices account_password account_sessions activation
        activation_password activation_second_step chip chip_reading chip_state factor_app factor_codes
        factor_codes_download factor_codes_new factor_enrol factor_passkey factor_passkey_begin factor_remove
        factor_rename factors mfa_authenticate mfa_reauthenticate notice_preferences oidc_again oidc_return oidc_start
        passkey_begin passkey_sign_in second_step_begin session_extend session_keep step_up_begin two_step""",
    "one's own application, data and requests": """application application_cancel application_new data_request
        data_request_new data_request_withdraw own_data own_data_take""",
    "those who looked are named because they looked": "account_looks",
    "one's own companies and offices": "capacity companies companies_fetch company_choose run_contact",
    "leads on, or is an empty form": """contracts_go contracts_reconcile_close guide_close look_reason_close office
        run_again run_new search step_go offer_sheet_template""",
    "asks the official, and shows nobody": "look_reason",
    "the machines and what waits": "operation",
    "counts and organisations only": """notices objections overview official_month official_month_begin
        official_month_drop official_month_faults official_month_figures_file official_month_missing official_month_plan
        official_month_progress official_month_providers_file official_months run_progress runs""",
    "branches, not who sits there": """branch_change branch_closed_day branch_closed_day_drop branch_new branch_shut
        branch_week branches""",
    "asked by a program with a token: tests/api/v1 holds these looks": """
        v1_token v1_workplaces v1_workplace v1_workplace_compliance v1_compliance v1_required v1_professionals
        v1_professional v1_offer v1_offers_batch v1_offer_check v1_contracts v1_contract
        v1_contract_documents v1_contract_end v1_processes v1_process v1_waiting v1_process_decision
        v1_document v1_document_file v1_document_statement v1_sheet v1_sheet_csv v1_sheet_xlsx""",
    "describes the API, and tells of nobody": "v1_docs v1_openapi",
    "an empty form": "program_new",
    "a program's address and what was sent there": """hook hook_act hook_change hook_delivery hook_end hook_new
        hook_replay hook_secret hooks""",
    "one's own run: whom it names was recorded as it was read": "run_receipt run_receipts",
    "asked by a machine": """chip_abandon chip_claim chip_evidence chip_stage feed_close feed_faults feed_open feed_part
        feed_rehearse feed_state""",
    "nobody is signed in; it counts checks": "verify verify_code verify_proof verify_tlog_proof",
    "recorded by the use case that hands the files out": "document_download document_want documents",
}
"""why → addresses that show nobody else's data, or record it elsewhere"""
EXEMPT = {name for names in WITHOUT.values() for name in names.split()}


@dataclass
class Filled:
    """The world with somebody on every page."""

    people: People
    numbers: dict[str, list[int]]
    readers: dict[str, Client]
    persons: dict[str, Person]
    numbers_of: dict[str, tuple[str, str]]
    persons_of: dict[str, int]


def filled_make(world: World) -> Filled:
    """Contracts in each state, a month, a draft, people who were proposed, an application; and everybody signed in."""
    people = people_make(world)
    running = world.active(at=NOW - timedelta(days=60))
    waiting = world.accepted(140, at=NOW)
    month = month_make()
    change = month.waits(running, 15, 300)
    undertaking = people.undertake()
    staffing, appointment = people.propose(), people.appoint()
    draft = draft_open(actor=world.actor("manager", at=NOW), at=NOW, code=103)
    answers = Answers(sgk_number=people.small.sgk_number, professional_id=world.professionals[103].pk, minutes=240)
    draft = draft_write(
        actor=world.actor("manager", at=NOW), at=NOW, draft_id=draft.pk, version=draft.version, answers=answers
    )
    asked = request_make(actor=world.actor("specialist", at=NOW), at=NOW, right=Right.KNOW, text="Neler var?")
    branch = counter_cast.branch(at=NOW)
    officer, other = (counter_cast.official(number, where=branch, at=NOW) for number in (70, 71))
    supervisor = counter_cast.official(72, "supervisor", where=branch, at=NOW)
    application = counter_cast.applied(world.newcomer.national_id, Purpose.SECOND_STEP, at=NOW)
    override = counter_cast.applied(world.accountant.national_id, Purpose.BOTH_LOST, at=NOW)
    counter_cast.override(officer, override, at=NOW)
    offices = {name: official(name, number=80 + no) for no, name in enumerate(("inspector", "directorate", "operator"))}
    for name, one in offices.items():
        Person.objects.filter(pk=one.person_id).update(given_name=name.capitalize())
    offices |= {"officer": officer, "other": other, "supervisor": supervisor}
    readers = {name: in_office(one) for name, one in offices.items()}
    for name in ("officer", "other"):
        session = readers[name].session
        session["counter_found"] = [application.pk, override.pk]
        session.save()
    roles = ("owner", "colleague", "stranger", "manager", "specialist", "physician")
    readers |= {name: entered(world, name) for name in roles}
    readers["principal"] = _signed_in_for(people)
    professional = world.professionals[103]
    staff = professional.staff_contracts.get()
    processes = [running.process_id, waiting.process_id, change.process_id, undertaking.process_id]
    processes += [staffing.pk, appointment.pk]
    numbers = {
        "contract": [running.pk, waiting.pk],
        "step": [number for number in processes if number is not None],
        "offer": [draft.pk],
        "board_person": [professional.pk],
        "official_workplace": [world.workplace.pk],
        "provider": [world.provider.pk],
        "professional": [professional.pk],
        "undertaking_end": [undertaking.pk],
        "staff_end": [staff.pk],
        "manager_end": [world.manager.mandates.get().pk],
        "official_month": [month.run.pk],
        "data_request_answer": [asked.pk],
        "branch": [branch.pk],
        "branch_officer_end": [officer.pk],
        "branch_officer_move": [officer.pk],
        "counter_card": [application.pk],
        "counter": [application.pk, override.pk],
        "run_review": [_run_drafted(world)],
        "objection": [_objection(world)],
    }
    persons = {one.name: one for one in Person.objects.all()}
    numbers_of = {name: (one.national_id, one.national_id_masked) for name, one in persons.items()}
    persons_of = {name: int(client.session["_auth_user_id"]) for name, client in readers.items()}
    return Filled(people, numbers, readers, persons, numbers_of, persons_of)


def _run_drafted(world: World) -> int:
    rows = [row_asked(one) for one in inbox_all(world.colleague.pk, NOW)]
    return int(run_prepare(actor=world.actor("colleague", at=NOW), at=NOW, kind=DECIDE, rows=rows).pk)


def _signed_in_for(people: People) -> Client:
    client = signed_in(people.principal)
    session = client.session
    chosen_write(SimpleNamespace(session=session), Capacity.WORKPLACE, people.own.pk)
    session.save()
    return client


@pytest.fixture
def filled(world: World) -> Filled:
    return filled_make(world)


def _objection(world: World) -> int:
    """A report by the owner about the provider."""
    return Objection.objects.create(
        workplace=world.workplace,
        provider=world.provider,
        person=world.owner,
        at=NOW,
        proof_method="totp",
        proof_at=NOW,
    ).pk


def addresses(filled: Filled, route: str) -> list[str]:
    """The addresses of a route at which something is found."""
    asked = {
        "contracts": [f"?liste={name}" for name in ("bekleyen", "devam", "tum")],
        "steps_together": ["?" + "&".join(f"surec={number}" for number in filled.numbers["step"])],
        "provider_accept": [f"?ay={filled.numbers['official_month'][0]}&hepsi=1"],
        "board_person": ["?liste=etkin", "?liste=bekleyen"],
    }
    try:
        found = [reverse(route)]
    except NoReverseMatch:
        known = [name for name in filled.numbers if route.startswith(name)]
        if not known:
            return []
        numbers = filled.numbers[max(known, key=len)]
        found = [reverse(route, args=[number]) for number in numbers]
    return [url + query for url in found for query in asked.get(route, [""])]


def shown_on(page: str, filled: Filled) -> set[str]:
    """Whose name or T.C. kimlik no stands on a page."""
    text = html.unescape(page)
    return {
        name
        for name, one in filled.persons.items()
        if name in text or any(number in text for number in filled.numbers_of[name])
    }


def readers_of(route: str) -> list[str]:
    """Who opens a route: by what it demands, and among officials by whose pages it is."""
    level = ACCESS[route]
    if level == Access.OFFICIAL:
        begins = {
            "counter_review": ["supervisor"],
            "counter": ["officer", "other"],
            "branch": ["operator"],
            "data_": ["operator"],
        }
        return next((names for name, names in begins.items() if route.startswith(name)), ["directorate"])
    if level == Access.WORKPLACE:
        return ["owner", "principal"] if route.startswith("manager") else ["colleague"]
    return {Access.PROVIDER: ["manager"], Access.ACTING: ["colleague", "manager", "specialist"]}.get(
        level, ["colleague"]
    )


def read_all(filled: Filled) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Every route by those who open it: who is shown and who was recorded, the reader left out."""
    names = {one.pk: name for name, one in filled.persons.items()}
    for route in sorted({row[0] for row in ROWS if row[1] == "GET"}):
        for reader in readers_of(route):
            client, own = filled.readers[reader], filled.persons_of[reader]
            for url in addresses(filled, route):
                with undone():
                    page = client.get(url)
                    if page.status_code != 200:
                        continue
                    content = page.getvalue() if page.streaming else page.content
                    looked = {names[one.person_id] for one in Look.objects.filter(actor_id=own)}
                yield reader, route, shown_on(content.decode(errors="replace"), filled) - {names[own]}, looked


def test_a_name_on_a_page_is_a_look_and_a_look_is_a_name_on_the_page(filled: Filled) -> None:
    wrong, showing = [], set()
    for reader, route, named, looked in read_all(filled):
        if named != looked and route != "account_looks":
            wrong.append((route, reader, "not recorded", named - looked, "not shown", looked - named))
        if looked:
            showing.add(route)
    assert wrong == []
    assert showing <= set(ROUTES), "name them in katip.web.looks.occasions"
    assert len(showing) > SHOWING, "pages that have shown somebody show nobody: is the world still filled?"


def test_every_page_has_an_occasion_or_a_reason_to_have_none() -> None:
    known = {row[0] for row in ROWS if row[1] == "GET"}
    assert known - set(ROUTES) - EXEMPT == set()
    assert set(ROUTES) & EXEMPT == set()
    assert EXEMPT - known == set()
