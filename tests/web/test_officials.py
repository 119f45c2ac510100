"""The officials' pages: who enters, where the province ends, what is shown and what is written down."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.audit.looks import Given, Reason
from katip.audit.models import Event
from katip.contracts import overview as reads
from katip.contracts.models import Undertaking
from katip.contracts.overview import Where, lacking_find
from katip.contracts.services.coverage import coverage_count
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Process
from katip.registry.models import Certificate, District, Official, Professional, Provider, Standing
from katip.rules import Profession
from katip.web.access import Access
from katip.web.acting.chosen import chosen_write
from katip.web.looks.reasons import reason_keep
from tests.cast import LOW, VERY_HAZARDOUS, World, national_id, person, signed_in, workplace
from tests.routes import routes
from tests.web.test_query_counts import asked, page

NOW = datetime.now(UTC)
COUNTRY = Where()
REASON = "Denetimde görülen eksikler giderilmedi."


def official(role: str, province: int | None = None, number: int = 50) -> Official:
    return Official.objects.create(person=person(number, "Görevli"), role=role, province_id=province)


def as_actor(office: Official) -> Actor:
    return Actor(office.person_id, Capacity.OFFICIAL, office.pk, Proof("totp", NOW))


def in_office(office: Official, *, reason: bool = True) -> Client:
    """A browser in which an official acts and, unless told otherwise, has said why they look people up."""
    client = signed_in(office.person)
    session = client.session
    request = SimpleNamespace(session=session, actor=as_actor(office))
    chosen_write(request, Capacity.OFFICIAL, office.pk)
    if reason:
        reason_keep(request, Given(Reason.INSPECTION, "2025/14", datetime.now(UTC)))
    session.save()
    return client


def text(response: Any) -> str:
    assert response.status_code in {200, 409, 422}, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def numbers(world: World) -> dict[str, int]:
    who = world.professionals[103].pk
    return {
        "provider": world.provider.pk,
        "provider_stand": world.provider.pk,
        "professional": who,
        "professional_stand": who,
        "official_workplace": world.workplace.pk,
    }


TO_READ = ["overview", "lacking", "official_workplace", "providers", "provider", "professionals", "professional"]
TO_ACT = ["provider_new", "provider_stand", "professional_new", "professional_stand"]


def address(route: str, world: World) -> str:
    number = numbers(world).get(route)
    return reverse(route, args=[number] if number else [])


def test_these_are_all_the_pages_of_officials() -> None:
    own = {str(pattern.name) for _, pattern in routes() if getattr(pattern.callback, "access", None) == Access.OFFICIAL}
    # these have tests of their own
    tested = ("branch", "counter", "data_request", "look_reason", "objection", "official_month", "operation")
    elsewhere = {name for name in own if name.startswith(tested)}
    assert own - elsewhere == {"office", *TO_READ, *TO_ACT}


@pytest.mark.parametrize("route", [*TO_READ, *TO_ACT])
@pytest.mark.parametrize(("role", "reads", "acts"), [("inspector", 1, 0), ("directorate", 1, 1), ("counter", 0, 0)])
def test_each_office_opens_its_pages(world: World, route: str, role: str, reads: int, acts: int) -> None:
    client = in_office(official(role))
    may = reads if route in TO_READ else acts
    assert client.get(address(route, world)).status_code == (200 if may else 403)
    if route in TO_ACT and not acts:
        assert client.post(address(route, world), {"reason": REASON}).status_code == 403
        assert not Standing.objects.exists()


@pytest.mark.parametrize(
    "route", ["official_workplace", "provider", "professional", "provider_stand", "professional_stand"]
)
def test_another_province_looks_like_nothing_at_all(world: World, route: str) -> None:
    there = in_office(official("directorate", province=34))
    assert there.get(address(route, world)).status_code == 404
    assert there.get(reverse(route, args=[10**9])).status_code == 404
    assert not Event.objects.filter(tag__endswith=":read").exists()
    here = in_office(official("directorate", province=16, number=51))
    assert here.get(address(route, world)).status_code == 200


def test_pages_of_the_parties_are_closed_to_officials_and_theirs_to_the_parties(world: World) -> None:
    client = in_office(official("inspector"))
    for route in ("home", "contracts", "assignments", "own_minutes"):
        assert client.get(reverse(route)).headers["Location"] == reverse("office")
    for route in ("card", "board", "offer_new"):
        assert client.get(reverse(route)).status_code == 403
    assert client.get(reverse("office")).headers["Location"] == reverse("overview")


def test_an_office_is_chosen_by_name_and_ends_at_once_when_it_is_taken_away(world: World) -> None:
    office = official("inspector", province=16)
    client = signed_in(office.person)
    shown = text(client.get(reverse("capacity")))
    assert "Bakanlık görevlisi olarak: müfettiş, Bursa." in shown
    assert "Görevli olarak" not in text(signed_in(world.owner).get(reverse("capacity")))
    chosen = client.post(reverse("capacity"), {"secim": f"gorevli-{office.pk}"})
    assert chosen.headers["Location"] == reverse("office")
    assert "Bursa" in client.get(reverse("overview")).text
    other = official("directorate", number=52)
    refused = client.post(reverse("capacity"), {"secim": f"gorevli-{other.pk}"})
    assert "Seçeneklerden birini seçin." in refused.text
    Official.objects.filter(pk=office.pk).update(person=world.accountant)
    assert client.get(reverse("overview")).headers["Location"].startswith(reverse("capacity"))


def test_the_counter_lands_where_nothing_of_contracts_is_shown(world: World) -> None:
    world.active(at=NOW)
    client = in_office(official("counter", province=16))
    assert client.get(reverse("office")).headers["Location"] == reverse("counter")
    page = client.get(reverse("counter"))
    assert page.status_code == 403  # sits at no branch yet
    assert world.workplace.title not in page.text


def test_before_the_first_count_the_overview_says_so(world: World) -> None:
    assert "Henüz sayılmadı" in text(in_office(official("inspector")).get(reverse("overview")))


def test_the_overview_tells_what_was_counted_and_a_province_only_its_own(world: World) -> None:
    world.active(103, at=NOW)
    world.active(140, at=NOW)
    workplace(7, province=34)
    coverage_count(actor=OPERATOR, at=NOW)
    country = text(in_office(official("inspector")).get(reverse("overview")))
    assert "Her 100 işyerinden 33 tanesi" in country
    assert f"{day_of(NOW):%d.%m.%Y} günü sayıldı." in country
    assert "Teklif edildi: geçen 2, bekleyen 0" in country
    assert "İşveren onayladı: geçen 2, bekleyen 0" in country
    assert country.count("%50") >= 2  # Bursa: a tile and a row
    assert "Örnek OSGB" in country
    there = text(in_office(official("inspector", province=34, number=51)).get(reverse("overview"), {"il": "16"}))
    assert "Her 100 işyerinden 0 tanesi" in there
    assert "Örnek OSGB" not in there
    assert "Bursa" not in there
    narrowed = text(in_office(official("inspector", number=52)).get(reverse("overview"), {"il": "16", "sinif": "low"}))
    assert "Genel bakış: Bursa" in narrowed
    assert "Burada çalışanı olan açık işyeri yok." in narrowed


def test_the_overview_asks_as_often_for_many_as_for_few(world: World) -> None:
    client = in_office(official("inspector"))
    world.active(103, at=NOW)
    coverage_count(actor=OPERATOR, at=NOW)
    few = asked(page(client, reverse("overview")))
    for number in range(20, 50):
        workplace(number, province=number)
        world.offer(103, workplace_id=workplace(100 + number, province=number).pk, at=NOW)
    coverage_count(actor=OPERATOR, at=NOW)
    assert asked(page(client, reverse("overview"))) == few
    assert few <= 24


def titles(office: Official, profession: Profession, where: Where = COUNTRY) -> set[str]:
    found = lacking_find(as_actor(office), NOW, where, profession, after=0, limit=50)
    return {row.workplace.title for row in found.rows}


def test_who_lacks_a_professional_is_listed_and_who_serves_personally_is_not(world: World) -> None:
    office = official("inspector")
    world.active(103, at=NOW)
    low, many, few = (
        workplace(11, activity=LOW, employees=9),
        workplace(12, activity=VERY_HAZARDOUS, employees=10),
        workplace(13, activity=VERY_HAZARDOUS, employees=9),
    )
    empty, away = workplace(14, employees=0), workplace(15, province=34)
    specialist = titles(office, Profession.SAFETY_SPECIALIST)
    assert specialist == {one.title for one in (world.elsewhere, low, many, few, away)}
    assert world.workplace.title in titles(office, Profession.WORKPLACE_PHYSICIAN)
    assert empty.title not in titles(office, Profession.WORKPLACE_PHYSICIAN)
    assert titles(office, Profession.OTHER_HEALTH_PERSONNEL) == {many.title}
    process = Process.objects.create(
        code=9003, workplace=low, waiting_since=NOW, created_at=NOW, terms={}, terms_hash="x"
    )
    Undertaking.objects.create(
        workplace=low, person=world.owner, process=process, quality="employer", training_no="1", minutes=90,
        training_on=day_of(NOW), state="active", active_from=NOW, created_at=NOW,
    )  # fmt: skip
    assert low.title not in titles(office, Profession.SAFETY_SPECIALIST)
    assert titles(office, Profession.SAFETY_SPECIALIST, Where(34)) == {away.title}
    province = official("inspector", province=34, number=51)
    assert titles(province, Profession.SAFETY_SPECIALIST, Where(16)) == {away.title}


def test_the_list_goes_on_where_a_page_ends_even_if_nothing_is_lacking_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "STRETCH", 4)
    office = as_actor(official("inspector"))
    for number in range(20, 30):
        workplace(number, employees=0 if number < 27 else 5)
    read, after, pages = [], 0, 0
    while True:
        found = lacking_find(office, NOW, Where(16), Profession.SAFETY_SPECIALIST, after=after, limit=2)
        read += [row.workplace.pk for row in found.rows]
        pages += 1
        if found.after is None:
            break
        after = found.after
    assert len(read) == len(set(read)) == 5
    assert pages > 3


@pytest.mark.parametrize("role", ["owner", "manager", "specialist", "counter"])
def test_reads_ask_the_office_themselves(world: World, role: str) -> None:
    actor = as_actor(official("counter")) if role == "counter" else world.actor(role)
    for read in (
        lambda: reads.counted_on(actor, NOW),
        lambda: reads.coverage_by(actor, day_of(NOW), Where(), "province_id"),
        lambda: reads.providers_by(actor, Where(), sort="short", limit=3),
        lambda: reads.funnel_of(actor, Where()),
        lambda: lacking_find(actor, NOW, Where(), Profession.SAFETY_SPECIALIST, after=0, limit=3),
        lambda: reads.workplace_seen(actor, world.workplace.pk),
        lambda: reads.contracts_at(actor, NOW, world.workplace.pk, after=None, limit=3),
        lambda: reads.serving_at(actor, NOW, world.workplace.pk),
    ):
        with pytest.raises(PermissionRefusedError):
            read()


def test_a_workplace_shows_what_is_owed_and_served_and_who_looked_is_written_down(world: World) -> None:
    contract = world.active(103, minutes=300, at=NOW)
    office = official("inspector", province=16)
    client = in_office(office)
    shown = text(client.get(reverse("official_workplace", args=[world.workplace.pk])))
    assert "Asgari sürenin üzerinde Ayda gereken 240 dakikanın 60 dakika üzerinde (İGU Yön. m.12)." in shown
    assert "Uygun değil" in shown
    [event] = Event.objects.filter(tag="official:workplace:read")
    assert (event.actor_id, event.subject_id, event.capacity) == (office.person_id, world.workplace.pk, "official")
    contract_page = client.get(reverse("contract", args=[contract.pk]))
    assert contract_page.status_code == 200
    assert f"/sozlesmeler/{contract.pk}/sonlandir/" not in contract_page.text
    assert Event.objects.filter(tag="official:contract:read", subject_id=contract.pk).count() == 1


def test_a_workplace_that_its_employer_serves_alone_is_fit_and_nothing_stands_above_the_minimum(world: World) -> None:
    place = workplace(77, activity=LOW, employees=3)
    process = Process.objects.create(
        code=9003, workplace=place, waiting_since=NOW, created_at=NOW, terms={}, terms_hash="x"
    )
    Undertaking.objects.create(
        workplace=place, person=world.owner, process=process, quality="employer", training_no="1", minutes=30,
        training_on=day_of(NOW), state="active", active_from=NOW, created_at=NOW,
    )  # fmt: skip
    client = in_office(official("inspector", province=16))
    duties = client.get(reverse("official_workplace", args=[place.pk])).context["duties"]
    assert [str(duty["fit"]) for duty in duties[:2]] == ["fit", "fit"]


def test_a_provider_s_contact_is_shown_as_one_calls_it(world: World) -> None:
    Provider.objects.filter(pk=world.provider.pk).update(contact_phone="8500000001")
    page = in_office(official("inspector")).get(reverse("provider", args=[world.provider.pk])).text
    assert '<a href="tel:+908500000001">0850 000 00 01</a>' in page


def test_suspending_and_restoring_through_the_pages(world: World) -> None:
    office = official("directorate")
    client = in_office(office)
    for route, subject in (("provider", world.provider), ("professional", world.professionals[103])):
        stand, here = reverse(f"{route}_stand", args=[subject.pk]), reverse(route, args=[subject.pk])
        short = client.post(stand, {"organisation": office.pk, "reason": "kısa"})
        assert "Gerekçe en az 10 karakter olmalı." in text(short)
        assert client.post(stand, {"organisation": office.pk, "reason": REASON}).headers["Location"] == here
        subject.refresh_from_db()
        assert subject.suspended_on == day_of(NOW)
        shown = text(client.get(here))
        assert REASON in shown
        assert "Askıdan kaldır" in shown
        good = {"organisation": office.pk, "suspended": "True", "reason": "Eksikler giderildi, görüldü."}
        client.post(stand, good)
        assert type(subject).objects.filter(pk=subject.pk, suspended_on__isnull=True).exists()
        assert "Askıdan kaldırıldı" in text(client.get(here))
    assert [one.verb for one in Standing.objects.order_by("pk")] == ["suspended", "restored"] * 2


@pytest.mark.parametrize("route", ["provider", "professional"])
def test_a_page_that_offered_to_suspend_never_restores(world: World, route: str) -> None:
    first, second = official("directorate", number=50), official("directorate", number=51)
    subject = world.provider if route == "provider" else world.professionals[103]
    stand = reverse(f"{route}_stand", args=[subject.pk])
    slow, quick = in_office(first), in_office(second)
    shown = {field.name: field.value() for field in slow.get(stand).context["form"].hidden_fields()}
    quick.post(stand, {"organisation": second.pk, "suspended": "False", "reason": REASON})
    answer = slow.post(stand, shown | {"reason": REASON}, follow=True)
    subject.refresh_from_db()
    assert subject.suspended_on == day_of(NOW)
    assert "Bu arada başka bir görevli işlem yaptı." in text(answer)
    assert [one.verb for one in Standing.objects.all()] == ["suspended"]


def test_a_stale_second_step_is_asked_again_before_a_suspension(world: World) -> None:
    office = official("directorate")
    client = signed_in(office.person, proof_age=3_600)
    session = client.session
    chosen_write(SimpleNamespace(session=session), Capacity.OFFICIAL, office.pk)
    session.save()
    response = client.post(
        reverse("provider_stand", args=[world.provider.pk]), {"organisation": office.pk, "reason": REASON}
    )
    assert response.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Standing.objects.exists()


def provider_form(office: Official, **changed: Any) -> dict[str, Any]:
    return {
        "organisation": office.pk,
        "title": "Yeni Ortak Sağlık ve Güvenlik Birimi A.Ş.",
        "short_title": "Yeni OSGB",
        "kind": "osgb",
        "authorisation_no": "YENİ-1",
        "district": District.objects.filter(province_id=16).order_by("pk")[0].pk,
        "contact_name": "Ad Soyad",
        "contact_phone": "2240000000",
        "contact_hours": "Hafta içi",
    } | changed


def test_authorising_through_the_pages(world: World) -> None:
    office = official("directorate", province=16)
    client = in_office(office)
    assert "Ankara," not in client.get(reverse("provider_new")).text  # districts of its own province only
    refused = client.post(reverse("provider_new"), provider_form(office, authorisation_no="ÖRNEK-0001", vkn="1"))
    assert "Vergi kimlik no 10 hanedir" in text(refused)
    taken = client.post(reverse("provider_new"), provider_form(office, authorisation_no="ÖRNEK-0001"))
    assert "Bu yetki belgesi numarası zaten kayıtlı." in text(taken)
    assert Provider.objects.count() == 1
    done = client.post(reverse("provider_new"), provider_form(office))
    assert done.headers["Location"] == reverse("providers")
    assert Provider.objects.count() == 2
    certificate = {
        "organisation": office.pk, "national_id": national_id(3), "profession": "workplace_physician",
        "certificate_class": "none", "number": "H-1", "valid_from": "01.01.2024",
    }  # fmt: skip
    wrong = client.post(reverse("professional_new"), certificate | {"certificate_class": "A"})
    assert wrong.status_code == 409
    unknown = client.post(reverse("professional_new"), certificate | {"national_id": national_id(999)})
    assert "Bu T.C. kimlik no ile kayıtlı bir kişi yok." in text(unknown)
    assert client.post(reverse("professional_new"), certificate).headers["Location"] == reverse("professionals")
    assert Certificate.objects.get(number="H-1").professional.person_id == world.stranger.pk


def test_people_are_found_by_name_certificate_and_posted_number(world: World) -> None:
    office = official("inspector", province=16)
    client = in_office(office)
    found = Professional.objects.get(person=world.specialist)
    found.certificates.update(number="ÖRNEK-B-1")
    for query in ({"ara": "specıalist"}, {"ara": "örnek-b-1"}, {"ara": "ÖRNEK-B-1"}):
        shown = text(client.get(reverse("professionals"), query))
        assert "Specialist Örnek" in shown
        assert "Physician Örnek" not in shown
    response = client.post(reverse("professionals"), {"national_id": national_id(6)})
    assert response.headers["Location"] == reverse("professional", args=[found.pk])
    for missing in (national_id(3), national_id(999)):
        refused = text(client.post(reverse("professionals"), {"national_id": missing}))
        assert "görevinizin gördüğü bir profesyonel yok" in refused
    events = Event.objects.filter(tag="official:professional:sought").order_by("pk")
    assert [event.subject_id for event in events] == [found.pk, None, None]
    assert "ÖRNEK-0001" in text(client.get(reverse("providers"), {"ara": "ornek ortak"}))
    assert "Aradığınız gibi bir kurum yok" in text(client.get(reverse("providers"), {"durum": "askida"}))


def test_sixty_providers_come_in_two_pages(world: World) -> None:
    client, district = in_office(official("inspector")), world.provider.district_id
    few = asked(page(client, reverse("providers")))
    for number in range(60):
        Provider.objects.create(
            authorisation_no=f"N-{number}", kind="osgb", title="Aynı Unvan", short_title="Aynı", province_id=16,
            district_id=district, contact_name="x", contact_phone="2240000000", contact_hours="x",
        )  # fmt: skip
    assert asked(page(client, reverse("providers"))) == few
    read, url = [], reverse("providers")
    while url:
        shown = client.get(url).text
        read += re.findall(r'href="/hizmet-verenler/(\d+)/"', shown)
        following = re.search(r'href="(/hizmet-verenler/\?[^"]*sonra[^"]*)" rel="next"', shown)
        url = following[1].replace("&amp;", "&") if following else ""
    assert len(read) == len(set(read)) == 61


@pytest.mark.parametrize(
    "url",
    [
        "/genel-bakis/?il=x&sinif=%00&sirala=%00",
        "/genel-bakis/?il=999",
        "/genel-bakis/eksik-isyerleri/?sonra=²&gorev=x&sgk=%00",
        "/genel-bakis/eksik-isyerleri/?sonra=99999999999999999999",
        "/genel-bakis/isyerleri/99999999999999999999/",
        "/hizmet-verenler/?ara=%00%25&sonra=²|x",
        "/hizmet-verenler/?sonra=1|%00",
        "/hizmet-verenler/99999999999999999999/",
        "/profesyoneller/?ara=%00&il=²&durum=x",
        "/profesyoneller/99999999999999999999/yetki-durumu/",
    ],
)
def test_an_odd_address_is_no_fault_of_the_server(world: World, url: str) -> None:
    coverage_count(actor=OPERATOR, at=NOW)
    client = in_office(official("directorate"))
    client.raise_request_exception = False
    assert client.get(url).status_code in {200, 302, 404}


def test_a_province_is_gone_through_in_its_index(world: World) -> None:
    for number in range(300, 340):
        workplace(number, province=34 if number % 2 else 6)
    with connection.cursor() as cursor:
        for switch in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{switch} = off")
    with CaptureQueriesContext(connection) as captured:
        lacking_find(as_actor(official("inspector")), NOW, Where(34), Profession.SAFETY_SPECIALIST, after=0, limit=9)
    [statement] = [query["sql"] for query in captured.captured_queries if "WITH stretch" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    # Which index is taken for these few hangs on what PostgreSQL remembers of other tests' rows.
    assert re.search(r"Index (Only )?Scan using \w+ on registry_workplace", plan)
    assert "Seq Scan on registry_workplace" not in plan
    assert "Sort Key: registry_workplace" not in plan
