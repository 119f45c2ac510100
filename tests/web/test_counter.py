"""The officer's and the supervisor's pages: who enters from where, what is shown, what the acts answer."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from katip.audit.models import Event
from katip.core.codes import code_shown
from katip.counter.models import Application, Branch, Purpose, Review
from katip.counter.services.decisions import CHECKS
from katip.identity.models import ActivationCode, ChipSession
from katip.identity.opening import code_key
from katip.registry.models import Official
from tests.cast import World, code_at, national_id, sign_in_open
from tests.counter import counter_cast
from tests.counter.counter_cast import UNKNOWN, applied, code_of, confirm, override, refuse
from tests.web.test_officials import in_office, text

NOW = datetime.now(UTC)
TICKED = dict.fromkeys(CHECKS, "on")
WHY = "Evlenince soyadı değişmiş; eski kartı da yanında."


@pytest.fixture
def where(world: World) -> Branch:
    return counter_cast.branch(at=NOW)


@pytest.fixture
def officer(where: Branch) -> Official:
    return counter_cast.official(50, where=where, at=NOW)


@pytest.fixture
def other(where: Branch) -> Official:
    return counter_cast.official(51, where=where, at=NOW)


@pytest.fixture
def desk(officer: Official) -> Client:
    return in_office(officer)


def scanned(desk: Client, application: Application) -> str:
    """The case's address, after the scanner typed the code."""
    answer = desk.post(reverse("counter"), {"code": code_shown(code_of(application)).lower()})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def act(desk: Client, route: str, application: Application, **typed: Any) -> Any:
    version = typed.pop("version", None) or Application.objects.values_list("version", flat=True).get(pk=application.pk)
    return desk.post(reverse(route, args=[application.pk]), {"version": version, **typed})


# finding


def test_a_case_opens_by_its_code_and_shows_what_to_compare(world: World, desk: Client) -> None:
    application = applied(world.newcomer.national_id, Purpose.SECOND_STEP, at=NOW, names=("newcomer", "Başka"))
    shown = text(desk.get(scanned(desk, application)))
    assert world.newcomer.national_id in shown
    assert "İki aşamalı girişi açma" in shown
    assert re.search(r"Ad newcomer Newcomer Aynı", shown)
    assert re.search(r"Soyad Başka Örnek Farklı", shown)
    assert Event.objects.filter(tag="counter:application:read", subject_id=application.pk).count() == 1


def test_the_officer_hears_that_a_second_step_is_there_already(world: World, desk: Client) -> None:
    needless = "Bu kişinin ikinci adımı zaten kurulu"
    Authenticator.objects.get_or_create(user=world.accountant, type=Authenticator.Type.TOTP, defaults={"data": {}})
    for person, said in ((world.newcomer, False), (world.accountant, True)):
        application = applied(person.national_id, Purpose.SECOND_STEP, at=NOW)
        assert (needless in text(desk.get(scanned(desk, application)))) is said
    lost = applied(world.accountant.national_id, Purpose.LOST_FACTOR, at=NOW)
    assert needless not in text(desk.get(scanned(desk, lost)))


def test_somebody_whom_nobody_knows_is_said_to_be_new(world: World, desk: Client) -> None:
    assert "Bu numara kayıtta yok." in text(desk.get(scanned(desk, applied(at=NOW))))


def test_a_number_in_the_address_opens_nothing(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    for route in ("counter_case", "counter_refuse", "counter_override"):
        assert desk.get(reverse(route, args=[application.pk])).status_code == 404
    assert act(desk, "counter_confirm", application, **TICKED).status_code == 404
    assert act(desk, "counter_refuse", application, reason=WHY).status_code == 404
    assert Application.objects.get().state == "open"


@pytest.mark.parametrize("typed", ["", "K7QF", "2222-2222-2222", "'; --", "İ" * 12])
def test_a_wrong_code_is_answered_and_found_nothing(world: World, desk: Client, typed: str) -> None:
    answer = desk.post(reverse("counter"), {"code": typed})
    assert answer.status_code == 422
    assert "autofocus" in answer.text


def test_codes_are_not_tried_without_end(world: World, desk: Client) -> None:
    answers = [desk.post(reverse("counter"), {"code": "2222-2222-2222"}) for _ in range(61)]
    assert "Kısa sürede çok kod denendi" not in answers[59].text
    assert "Kısa sürede çok kod denendi" in answers[60].text


def test_other_applications_in_the_same_name_are_pointed_out(world: World, desk: Client) -> None:
    applied(at=NOW)
    assert "Aynı numarayla 1 açık başvuru daha var" in text(desk.get(scanned(desk, applied(at=NOW))))


# who enters, from where


@pytest.mark.parametrize("role", ["inspector", "directorate", "operator"])
def test_other_offices_are_shown_out(world: World, role: str) -> None:
    client = in_office(Official.objects.create(person=world.stranger, role=role))
    for route in ("counter", "counter_day", "counter_reviews"):
        page = client.get(reverse(route))
        assert page.status_code == 403
        assert "gişe" in page.text


def test_from_another_network_the_page_says_which_one_is_seen(world: World, desk: Client, where: Branch) -> None:
    Branch.objects.filter(pk=where.pk).update(networks="10.1.0.0/16")
    page = desk.get(reverse("counter"), REMOTE_ADDR="198.51.100.23")
    assert page.status_code == 403
    assert "198.51.100.23" in page.text
    assert desk.get(reverse("counter"), REMOTE_ADDR="10.1.2.3").status_code == 200


def test_behind_a_proxy_the_network_is_the_one_that_the_proxy_saw(
    world: World, desk: Client, where: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    Branch.objects.filter(pk=where.pk).update(networks="10.1.0.0/16")
    forged: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.1.2.3, 198.51.100.23"}
    assert desk.get(reverse("counter"), **forged).status_code == 403
    monkeypatch.setattr("allauth.app_settings.TRUSTED_PROXY_COUNT", 1)
    assert "198.51.100.23" in desk.get(reverse("counter"), **forged).text
    honest: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.23, 10.1.2.3"}
    assert desk.get(reverse("counter"), **honest).status_code == 200


def test_without_a_place_the_counter_stays_closed(world: World) -> None:
    client = in_office(counter_cast.official(55, where=None, at=NOW))
    assert "Bugün bir şubede yeriniz yok." in text_of(client.get(reverse("counter")))


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_an_officers_own_application_is_not_shown_to_them(world: World, desk: Client, officer: Official) -> None:
    own = applied(officer.person.national_id, at=NOW)
    page = desk.get(scanned(desk, own))
    assert page.status_code == 403
    assert "Kendi başvurunuza bakamazsınız" in page.text
    assert act(desk, "counter_confirm", own, **TICKED).status_code == 403


# deciding


def test_the_code_stands_on_the_answer_and_nowhere_else(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    case = scanned(desk, application)
    page = act(desk, "counter_confirm", application, **TICKED)
    assert page.status_code == 200
    found = re.search(r'class="title code">([A-Z0-9-]{14})<', page.text)
    assert found is not None
    code = found[1].replace("-", "")
    assert ActivationCode.objects.get().code_key == code_key(code)
    assert "no-store" in page.headers["Cache-Control"]
    assert reverse("activation") in page.text
    assert "Yeni şifre ve ikinci adım" in text(page)
    assert found[1] not in desk.get(case).text
    assert code not in str(dict(desk.session))


@pytest.mark.parametrize("missing", sorted(CHECKS))
def test_a_tick_that_is_missing_is_asked_for(world: World, desk: Client, missing: str) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    page = act(desk, "counter_confirm", application, **{k: v for k, v in TICKED.items() if k != missing})
    assert page.status_code == 422
    assert f'id="id_{missing}_error"' in page.text
    assert Application.objects.get().state == "open"


def test_an_old_second_step_is_asked_for_and_the_confirmation_goes_on(world: World, officer: Official) -> None:
    sign_in_open(officer.person)
    desk = in_office(officer)
    session = desk.session
    records = session["account_authentication_methods"]
    records[-1]["at"] = time.time() - 16 * 60
    session["account_authentication_methods"] = records
    session.save()
    application = applied(at=NOW)
    scanned(desk, application)
    asked = act(desk, "counter_confirm", application, **TICKED)
    assert asked.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert Application.objects.get().state == "open"
    page = desk.post(asked.headers["Location"], {"code": code_at(time.time())})
    assert page.status_code == 200
    assert "Etkinleştirme kodu" in page.text
    assert Application.objects.get().state == "confirmed"


def test_what_goes_on_after_the_second_step_still_comes_from_this_network(
    world: World, officer: Official, where: Branch
) -> None:
    sign_in_open(officer.person)
    Branch.objects.filter(pk=where.pk).update(networks="10.1.0.0/16")
    desk = in_office(officer)
    session = desk.session
    session["account_authentication_methods"][-1]["at"] = time.time() - 16 * 60
    session.save()
    application = applied(at=NOW)
    inside: dict[str, Any] = {"REMOTE_ADDR": "10.1.2.3"}
    desk.post(reverse("counter"), {"code": code_of(application)}, **inside)
    asked = desk.post(reverse("counter_confirm", args=[application.pk]), {"version": 1, **TICKED}, **inside)
    page = desk.post(asked.headers["Location"], {"code": code_at(time.time())}, REMOTE_ADDR="198.51.100.23")
    assert page.status_code == 403
    assert Application.objects.get().state == "open"


def test_a_refusal_has_a_page_of_its_own_and_a_reason(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    assert "Reddi geri alamazsınız" in text(desk.get(reverse("counter_refuse", args=[application.pk])))
    assert act(desk, "counter_refuse", application, reason="kısa").status_code == 422
    assert act(desk, "counter_refuse", application, reason=WHY).status_code == 302
    assert WHY in text(desk.get(reverse("counter_case", args=[application.pk])))
    assert UNKNOWN not in desk.get(reverse("counter_case", args=[application.pk])).text
    assert desk.get(reverse("counter_refuse", args=[application.pk])).status_code == 302


def test_a_second_officer_finds_it_in_the_list_and_decides(world: World, desk: Client, other: Official) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    assert act(desk, "counter_override", application, photo="on", why=WHY).status_code == 302
    assert "Kararı ikinci görevli verir" in text(desk.get(reverse("counter_case", args=[application.pk])))
    assert act(desk, "counter_second", application, looked="on").status_code == 403
    second = in_office(other)
    assert "Ayşe Örnek" in text(second.get(reverse("counter")))
    assert WHY in text(second.get(reverse("counter_case", args=[application.pk])))
    assert act(second, "counter_second", application).status_code == 422
    page = act(second, "counter_second", application, looked="on")
    assert "Etkinleştirme kodu" in page.text
    assert "Ayşe Örnek" not in text(second.get(reverse("counter")))


def test_another_branchs_officer_needs_the_code_for_that(world: World, officer: Official) -> None:
    application = applied(at=NOW)
    override(officer, application, at=NOW)
    elsewhere = in_office(counter_cast.official(56, where=counter_cast.branch("Öteki şube", at=NOW), at=NOW))
    assert "Ayşe Örnek" not in text(elsewhere.get(reverse("counter")))
    assert elsewhere.get(reverse("counter_case", args=[application.pk])).status_code == 404
    assert elsewhere.get(scanned(elsewhere, application)).status_code == 200


def test_whoever_is_slower_reads_that_somebody_was_faster(world: World, desk: Client, other: Official) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    confirm(other, application, at=NOW)
    page = act(desk, "counter_confirm", application, version=1, **TICKED)
    assert page.status_code == 409
    assert "Biri sizden önce davrandı" in page.text
    assert "Görevli51" in page.text
    assert ActivationCode.objects.count() == 1


def test_who_presses_twice_reads_that_it_was_done_once(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    assert "Etkinleştirme kodu" in act(desk, "counter_confirm", application, version=1, **TICKED).text
    page = act(desk, "counter_confirm", application, version=1, **TICKED)
    assert page.status_code == 409
    assert "Bu başvuruya zaten baktınız" in page.text
    assert "Biri sizden önce davrandı" not in page.text


def test_what_is_over_says_so(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    Application.objects.update(expires_at=NOW - timedelta(minutes=1))
    assert "Süresi doldu" in text(desk.get(reverse("counter_case", args=[application.pk])))
    page = act(desk, "counter_confirm", application, **TICKED)
    assert page.status_code == 409
    assert "Başvurunun son günü geçti." in page.text


def test_an_unused_code_is_handed_over_once_more(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    case = scanned(desk, application)
    first = act(desk, "counter_confirm", application, **TICKED).text
    assert "Yeni kod ver" in desk.get(case).text
    page = desk.post(reverse("counter_again", args=[application.pk]))
    codes = [re.findall(r'class="title code">([A-Z0-9-]{14})<', one)[0] for one in (first, page.text)]
    assert codes[0] != codes[1]
    ActivationCode.objects.update(used_at=NOW)
    assert "Yeni kod ver" not in desk.get(case).text
    assert desk.post(reverse("counter_again", args=[application.pk])).status_code == 302


def test_a_reading_shows_its_code_and_how_far_it_has_come(world: World, desk: Client) -> None:
    application = applied(at=NOW)
    scanned(desk, application)
    route = reverse("counter_card", args=[application.pk])
    assert desk.get(route).status_code == 302
    assert desk.post(route).status_code == 302
    page = desk.get(route)
    assert re.search(r'class="title code">[A-Z0-9]{4}-[A-Z0-9]{4}<', page.text)
    assert desk.get(route, {"durum": ""}).text.lstrip().startswith("<section")
    ChipSession.objects.update(state="done", verdict="refused", reasons=["wrong_person"], consumed_at=NOW)
    assert desk.get(route, {"durum": ""}).text == ""
    shown = text(desk.get(desk.get(route).headers["Location"]))
    assert "Kart başvuruyla uyuşmuyor" in shown
    assert "Onayla ve kodu ver" not in shown
    page = act(desk, "counter_confirm", application, **TICKED)
    assert page.status_code == 409
    assert "bu kartla tek başınıza onaylayamazsınız" in page.text


def test_the_day_lists_what_one_decided_and_not_what_others_did(world: World, desk: Client, officer: Official) -> None:
    other = counter_cast.official(51, where=Branch.objects.get(), at=NOW)
    confirm(officer, applied(at=NOW, names=("Benim", "Kararım")), at=NOW)
    refuse(other, applied(national_id(901), at=NOW, names=("Başkasının", "Kararı")), at=NOW)
    shown = text(desk.get(reverse("counter_day")))
    assert "Benim Kararım" in shown
    assert "Başkasının" not in shown


def test_a_long_day_reads_on(world: World, desk: Client, officer: Official) -> None:
    for number in range(51):
        refuse(officer, applied(national_id(1000 + number), at=NOW, names=("Kişi", f"No{number}")), at=NOW)
    first = desk.get(reverse("counter_day"))
    assert "No50" in first.text
    assert "Kişi No0<" not in first.text
    following = re.search(r'href="(/gorevli/gise/bugun/\?sonra=\d+)"', first.text)
    assert following is not None
    assert "Kişi No0<" in desk.get(following[1]).text
    assert desk.get(reverse("counter_day"), {"sonra": "9" * 5000}).status_code == 200


# the second look


@pytest.fixture
def drawn(world: World, officer: Official, settings: Any) -> Review:
    settings.KATIP = settings.KATIP.model_copy(update={"review_percent": 100})
    confirm(officer, applied(at=NOW), at=NOW)
    return Review.objects.get()


@pytest.fixture
def supervisor(where: Branch) -> Client:
    return in_office(counter_cast.official(52, "supervisor", where=where, at=NOW))


def test_a_supervisor_objects_and_the_officer_reads_why(
    world: World, drawn: Review, supervisor: Client, desk: Client
) -> None:
    url = reverse("counter_review", args=[drawn.pk])
    assert "Ayşe Örnek" in text(supervisor.get(reverse("counter_reviews")))
    assert "Görevli50" in text(supervisor.get(url))
    assert supervisor.post(url, {"outcome": "objected", "note": "kısa"}).status_code == 422
    assert supervisor.post(url, {}).status_code == 422
    assert supervisor.post(url, {"outcome": "objected", "note": WHY}).status_code == 302
    assert ActivationCode.objects.get().revoked_at is not None
    assert "Bekleyen denetim yok" in text(supervisor.get(reverse("counter_reviews")))
    assert "İtiraz edildi" in text(supervisor.get(url))
    assert "İtirazı okuyun" in text(desk.get(reverse("counter")))
    assert WHY in text(desk.get(reverse("counter_day")))


def test_a_supervisor_agrees_without_a_note(world: World, drawn: Review, supervisor: Client) -> None:
    url = reverse("counter_review", args=[drawn.pk])
    assert supervisor.post(url, {"outcome": "agreed", "note": ""}).status_code == 302
    late = supervisor.post(url, {"outcome": "objected", "note": WHY}, follow=True)
    assert "sizden önce başka bir denetmen inceledi" in late.text
    assert Review.objects.get().outcome == "agreed"


def test_an_officer_reviews_nothing_and_a_stranger_to_the_province_neither(
    world: World, drawn: Review, desk: Client
) -> None:
    url = reverse("counter_review", args=[drawn.pk])
    assert desk.get(reverse("counter_reviews")).status_code == 403
    assert desk.post(url, {"outcome": "agreed"}).status_code == 403
    there = in_office(counter_cast.official(57, "supervisor", where=None, at=NOW, province_id=34))
    assert there.get(url).status_code == 404
    assert there.post(url, {"outcome": "agreed"}).status_code == 404
    assert Review.objects.get().outcome == ""
