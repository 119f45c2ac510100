"""A form that is sent again creates nothing twice, and leads to what the first made."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract, DurationUpdate, OfferDraft, OfferSheet
from katip.contracts.services.draft import draft_open
from katip.core.actor import Capacity
from katip.core.models import SentForm
from katip.counter.models import Application, Branch
from katip.documents.offers import offers_write
from katip.keeping.models import DataRequest, RequestState, Right
from katip.keeping.services.requests import request_make
from katip.notices.models import HookSubscription
from katip.processes.models import Decision, Outcome
from katip.programs.models import ApiToken
from katip.programs.services.tokens import token_make
from katip.registry.models import ContactDeclaration, District, Provider
from katip.runs.models import Run
from katip.web.acting.chosen import chosen_write
from katip.web.middleware import SEEN
from katip.web.once import DRAWN, REPEATED, SAID, number_draw
from tests.cast import SECRET, World, code_at, decision, entered, sign_in_open
from tests.contracts.people import people_make
from tests.web.test_card import filled
from tests.web.test_counter_applicant import typed as applied
from tests.web.test_offer_sheets import rows_of
from tests.web.test_officials import in_office, official, provider_form
from tests.web.test_people import own_staff_form
from tests.web.test_programs import FORM as TOKEN
from tests.web.test_query_counts import asked

pytestmark = pytest.mark.django_db
SENTENCE = "Bu form daha önce kaydedilmiş; ikinci kez kaydedilmedi."
REQUEST = {"right": str(Right.CORRECT), "text": "Soyadım yanlış yazılmış."}
HOOK = {"url": "https://isg.ornek.com.tr/katip", "kinds": ["offer.made"]}


def numbered(client: Client, address: str) -> dict[str, str]:
    """The number of the form that a page shows just now."""
    page = client.get(address)
    assert page.status_code == 200
    [number] = set(re.findall(rf'name="{DRAWN}" value="([\w-]{{22}})"', page.text))
    return {DRAWN: number}


class Case(NamedTuple):
    """A form: who sends it, where to, what is typed, what it makes, where it leads again, where it is shown."""

    client: Client
    route: str
    typed: dict[str, Any]
    makes: type[Model]
    leads: str
    shown_at: str = ""

    @property
    def address(self) -> str:
        """Where it is sent."""
        return reverse(self.route)

    @property
    def shown(self) -> str:
        """Where it is shown."""
        return reverse(self.shown_at or self.route)


def data_request(world: World) -> Case:
    return Case(entered(world, "owner"), "data_request_new", REQUEST, DataRequest, "data_request")


def token(world: World) -> Case:
    return Case(entered(world, "manager"), "program_new", TOKEN, ApiToken, "program_secret")


def hook(world: World) -> Case:
    return Case(entered(world, "manager"), "hook_new", HOOK, HookSubscription, "hook_secret")


def draft(world: World) -> Case:
    return Case(entered(world, "manager"), "offer_new", {"code": 103}, OfferDraft, "offer_information")


def declaration(world: World) -> Case:
    return Case(entered(world, "owner"), "contact", filled(world), ContactDeclaration, "card")


def run(world: World) -> Case:
    waiting = [world.accepted(code, at=datetime.now(UTC)).process_id for code in (103, 140)]
    typed = {"kapsam": "secili", "surec": waiting}
    return Case(entered(world, "owner"), "run_new", typed, Run, "run_review", "inbox")


def own_staff(world: World) -> Case:
    people = people_make(world)
    return Case(entered(world, "owner"), "own_staff_assign", own_staff_form(people), Contract, "own_staff")


def application(world: World) -> Case:
    del world
    return Case(Client(), "application_new", applied(), Application, "application")


def branch(world: World) -> Case:
    del world
    office = official("operator")
    district = District.objects.filter(province_id=16).order_by("pk")[0]
    typed = {"organisation": office.pk, "name": "Nilüfer gişesi", "district": district.pk, "address": "Örnek Cad. 1"}
    return Case(in_office(office), "branch_new", typed, Branch, "branches")


def provider(world: World) -> Case:
    del world
    office = official("directorate")
    return Case(in_office(office), "provider_new", provider_form(office), Provider, "providers")


@pytest.mark.parametrize(
    "case",
    [data_request, token, hook, draft, declaration, run, own_staff, application, branch, provider],
    ids=lambda case: case.__name__,
)
def test_a_form_that_is_sent_again_makes_nothing_twice(world: World, case: Callable[[World], Case]) -> None:
    form = case(world)
    before = form.makes._default_manager.count()
    typed = form.typed | numbered(form.client, form.shown)
    assert form.client.post(form.address, typed).status_code == 302
    assert form.makes._default_manager.count() == before + 1
    again = form.client.post(form.address, typed, follow=True)
    assert form.makes._default_manager.count() == before + 1
    assert again.resolver_match.url_name == form.leads
    assert SENTENCE in again.text
    assert form.client.post(form.address, typed | numbered(form.client, form.shown)).status_code in {302, 409}


def test_a_file_that_is_sent_again_is_found_and_another_one_taken(world: World) -> None:
    client, address = entered(world, "manager"), reverse("offer_sheet_new")
    number = numbered(client, address)

    def sent(rows: list[list[str]]) -> Any:
        return client.post(address, number | {"file": SimpleUploadedFile("teklif.xlsx", rows_written(rows))})

    content: dict[int, bytes] = {}

    def rows_written(rows: list[list[str]]) -> bytes:
        return content.setdefault(len(rows), offers_write(rows))

    sent(rows_of(world))
    again = sent(rows_of(world))
    sheet = OfferSheet.objects.get()
    assert again.headers["Location"] == f"{reverse('offer_sheet', args=[sheet.pk])}?{SAID}=1"
    sent(rows_of(world)[:2])
    assert OfferSheet.objects.count() == 2


@pytest.mark.parametrize("typed", [{}, {DRAWN: "kisa"}, {DRAWN: "\0" * 22}], ids=["none", "short", "odd"])
def test_without_a_number_a_form_is_taken_as_before(world: World, typed: dict[str, str]) -> None:
    client = entered(world, "owner")
    for _ in range(2):
        assert client.post(reverse("data_request_new"), REQUEST | typed).status_code == 302
    assert DataRequest.objects.count() == 2
    assert not SentForm.objects.exists()


def test_what_was_changed_or_comes_from_somebody_else_is_another_form(world: World) -> None:
    client, address = entered(world, "owner"), reverse("data_request_new")
    typed = REQUEST | numbered(client, address)
    client.post(address, typed)
    client.post(address, typed | {"text": "Adım da yanlış yazılmış."})
    entered(world, "manager").post(address, typed)
    assert DataRequest.objects.count() == 3
    client.post(address, typed)
    assert DataRequest.objects.count() == 3


def test_the_same_for_another_organisation_is_another_form(world: World) -> None:
    """Back in the browser after another capacity was chosen: the page bears the number of the first."""
    client, address = entered(world, "owner"), reverse("data_request_new")
    typed = REQUEST | numbered(client, address)
    client.post(address, typed)
    session = client.session
    chosen_write(SimpleNamespace(session=session), Capacity.INDIVIDUAL, None)
    session.save()
    client.post(address, typed)
    assert DataRequest.objects.count() == 2


def test_what_was_refused_can_be_sent_again(world: World) -> None:
    client, address, now = entered(world, "owner"), reverse("data_request_new"), datetime.now(UTC)
    for no in range(5):
        request_make(actor=world.actor("owner", at=now), at=now, right=Right.CORRECT, text=f"Başvuru {no}")
    typed = REQUEST | numbered(client, address)
    for wrong in (typed | {"text": ""}, typed):  # not filled in; then one too many
        assert client.post(address, wrong).status_code == 422
    DataRequest.objects.update(state=RequestState.WITHDRAWN, closed_at=now)
    made = client.post(address, typed)
    assert made.headers["Location"] == reverse("data_request", args=[DataRequest.objects.latest("pk").pk])


def test_a_page_that_would_refuse_by_now_leads_to_what_was_made(world: World) -> None:
    contract = world.offer(at=datetime.now(UTC))
    world.decide("specialist", contract, at=datetime.now(UTC), outcome=Outcome.REJECTED, reason="Sürem yetmiyor.")
    client, address = entered(world, "manager"), reverse("contract_reoffer", args=[contract.pk])
    typed = {"acting": ""} | numbered(client, address)
    client.post(address, typed)
    again = client.post(address, typed, follow=True)
    made = Contract.objects.get(predecessor=contract)
    assert again.redirect_chain[-1][0] == f"{reverse('contract', args=[made.pk])}?{SAID}=1"
    assert SENTENCE in again.text
    assert "Bunu şu an yapamazsınız" not in again.text


def test_a_proposal_that_is_sent_again_leads_to_its_contract(world: World) -> None:
    contract = world.active(at=datetime.now(UTC))
    client, address = entered(world, "manager"), reverse("contract_update", args=[contract.pk])
    typed = {"acting": "", "minutes": "300"} | numbered(client, address)
    client.post(address, typed)
    again = client.post(address, typed)
    assert again.headers["Location"] == f"{reverse('contract', args=[contract.pk])}?{SAID}=1"
    assert DurationUpdate.objects.count() == 1


def test_a_branch_that_is_shut_twice_stays_shut() -> None:
    office = official("operator")
    client = in_office(office)
    district = District.objects.filter(province_id=16).order_by("pk")[0]
    where = Branch.objects.create(name="Gişe", province_id=16, district=district, address="Örnek Cad. 1")
    address = reverse("branch_shut", args=[where.pk])
    typed = {"organisation": office.pk, "day": f"{datetime.now(UTC):%d.%m.%Y}"} | numbered(client, address)
    client.post(address, typed)
    client.post(address, typed)
    where.refresh_from_db()
    assert where.closed_on is not None


def test_the_secret_that_the_first_made_is_shown_after_the_second(world: World) -> None:
    first, address = entered(world, "manager"), reverse("program_new")
    typed = TOKEN | numbered(first, address)
    session = first.session
    session[SEEN] = session[SEEN] - 60  # both would write the session anew
    session.save()
    second = Client()
    second.cookies = first.cookies

    def late(**given: Any) -> Any:
        """The second has read the session; only now the first is taken in, and writes there."""
        with patch("katip.web.programs.views.token_make", token_make):
            assert first.post(address, typed).status_code == 302
        return token_make(**given)

    with patch("katip.web.programs.views.token_make", late):
        again = second.post(address, typed)
    assert ApiToken.objects.count() == 1
    page = second.get(again.headers["Location"])
    assert SENTENCE in page.text
    assert '<code id="anahtar">' in page.text


def test_a_form_that_waited_for_the_second_step_bears_its_number_through_it(world: World) -> None:
    sign_in_open(world.manager)
    client, address = entered(world, "manager", proof_age=3_600), reverse("program_new")
    typed = TOKEN | numbered(client, address)
    asks = client.post(address, typed)
    assert not ApiToken.objects.exists()
    made = client.post(asks.headers["Location"], {"code": code_at(time.time(), SECRET)})
    [found] = ApiToken.objects.all()
    assert made.headers["Location"] == reverse("program_secret", args=[found.pk])
    again = client.post(address, typed)
    assert again.headers["Location"] == f"{reverse('program_secret', args=[found.pk])}?{SAID}=1"
    assert ApiToken.objects.count() == 1


def test_a_secret_that_nobody_saw_is_to_be_made_anew(world: World) -> None:
    client, address = entered(world, "manager"), reverse("program_new")
    typed = TOKEN | numbered(client, address)
    client.post(address, typed)
    session = client.session
    del session["program_secret"]
    session.save()
    page = client.post(address, typed, follow=True)
    assert page.resolver_match.url_name == "programs"
    assert SENTENCE in page.text
    assert "o anahtarı geri alın ve yenisini yapın" in page.text


def test_an_application_whose_answer_was_lost_is_shown_in_the_browser_that_made_it(world: World) -> None:
    del world
    client, address = Client(), reverse("application_new")
    typed = applied() | numbered(client, address)
    client.post(address, typed)
    other = Client()  # as the same one, whose session was never written
    page = other.post(address, typed, follow=True)
    assert Application.objects.count() == 1
    assert SENTENCE in page.text
    assert "Başvurunuz" in page.text
    assert other.session["application"] == Application.objects.get().code_key


@pytest.mark.parametrize("committed", [True, False], ids=["after the commit", "before it"])
def test_a_form_whose_answer_was_lost_is_sent_again_from_the_page_that_says_so(
    world: World, *, committed: bool
) -> None:
    client, address = entered(world, "manager"), reverse("offer_new")
    client.raise_request_exception = False
    typed = {"code": "103"} | numbered(client, address)

    def lost(**given: Any) -> Any:
        if committed:
            draft_open(**given)
        raise OperationalError("server closed the connection unexpectedly")

    with patch("katip.web.offers.drafts.draft_open", lost), suppress(OperationalError):
        answer = client.post(address, typed)
    assert answer.status_code == 503
    assert "kaydedildiyse ikinci kez kaydedilmez" in answer.content.decode()
    shown = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.content.decode()))
    assert shown == typed | {REPEATED: "1"}
    again = client.post(address, shown, follow=True)
    assert again.resolver_match.url_name == "offer_information"
    assert (SENTENCE in again.text) == committed
    assert OfferDraft.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [{}, {DRAWN: number_draw(), "file": SimpleUploadedFile("a.xlsx", b"a")}],
    ids=["an old page", "a file"],
)
def test_where_it_might_be_doubled_the_page_says_to_look_first(world: World, typed: dict[str, Any]) -> None:
    def lost(**_: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    client = entered(world, "owner")
    client.raise_request_exception = False
    with patch("katip.web.keeping.own.request_make", lost):
        page = client.post(reverse("data_request_new"), REQUEST | typed).content.decode()
    assert "Yeniden göndermeden önce listesine bakın" in page
    assert "ikinci kez kaydedilmez" not in page


def test_it_costs_a_form_one_statement_and_an_approval_none(world: World) -> None:
    client, address = entered(world, "owner"), reverse("data_request_new")
    client.get(address)
    client.post(address, REQUEST)  # what is read once is read
    number = numbered(client, address)
    plain = asked(lambda: client.post(address, REQUEST))
    assert asked(lambda: client.post(address, REQUEST | number)) == plain + 1
    client.post(address, {})  # the page takes what was told out of the session
    refused = asked(lambda: client.post(address, {}))
    assert asked(lambda: client.post(address, {DRAWN: number_draw()})) == refused + 1
    both = [world.accepted(code, at=datetime.now(UTC)) for code in (103, 140)]

    def approve(contract: Contract, more: dict[str, str]) -> None:
        seen = decision(contract)
        typed = {"read": "on", "version": seen.version, "terms_hash": seen.terms_hash} | more
        client.post(reverse("step_complete", args=[contract.process_id]), typed)

    plain, numbered_too = asked(lambda: approve(both[0], {})), asked(lambda: approve(both[1], {DRAWN: number_draw()}))
    assert plain == numbered_too
    assert Decision.objects.count() == 4


def test_a_key_names_nobody(world: World) -> None:
    client, address = entered(world, "owner"), reverse("data_request_new")
    client.post(address, REQUEST | numbered(client, address))
    kept = SentForm.objects.get()
    assert re.fullmatch(r"[0-9a-f]{64}", kept.key)
    assert {field.name for field in SentForm._meta.fields} == {"key", "at"}
