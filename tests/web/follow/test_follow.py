"""The provider's board: where each offer stands, who was told, what is in the way; reminding; the figures."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract
from katip.core.crypto import seal
from katip.notices import kinds
from katip.notices.follow import NOTHING_ASKED, Asked, Obstacle, Stage, cohort_of, last_told, offers_page, weeks_of
from katip.notices.models import Delivery, Notice
from katip.processes.models import Process
from katip.registry.models import ContactDeclaration, Mandate
from tests.cast import LONG_AGO, World, entered, sign_in_open, workplace

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def board(client: Client, stage: str = "isverende", **asked: str) -> str:
    page = client.get(reverse("follow"), {"asama": stage, **asked})
    assert page.status_code == 200
    return unescape(page.text)


def waits_since(contract: Contract, days: int) -> None:
    Process.objects.filter(pk=contract.process_id).update(waiting_since=NOW - timedelta(days=days))


def delivered(contract: Contract, state: str, *, at: datetime = NOW, channel: str = "email") -> None:
    Delivery.objects.create(
        channel=channel,
        kind=kinds.REMIND,
        process_id=contract.process_id,
        address_sealed=seal("x@ornek.com.tr"),
        address_key="0" * 64,
        made_at=at,
        due_at=at,
        ends_at=at + timedelta(days=3),
        state=state,
    )


def card(world: World, no: int, email: str) -> None:
    ContactDeclaration.objects.create(
        workplace=world.workplace,
        no=no,
        phone="5550000000",
        email=email,
        district=world.workplace.district,
        province=world.workplace.province,
        declared_by=world.owner,
        declared_at=NOW,
    )


def obstacles(world: World, stage: Stage = Stage.EMPLOYER) -> set[str]:
    (offer,) = offers_page(world.actor("manager", at=NOW), NOW, stage, limit=10)
    return {one.value for one in Obstacle if getattr(offer, one.value)}


def test_each_stage_lists_its_offers_and_no_others(world: World) -> None:
    at_employer, at_professional = world.accepted(103, at=NOW), world.offer(140, at=NOW)
    client = entered(world, "manager")
    page = board(client)
    assert f"/surecler/{at_employer.process_id}/" in page
    assert f"/surecler/{at_professional.process_id}/" not in page
    assert f"/surecler/{at_professional.process_id}/" in board(client, "profesyonelde")
    world.decide("owner", at_employer, at=NOW)
    assert f"/sozlesmeler/{at_employer.pk}/" in board(client, "yururlukte")
    assert "Bu aşamada bekleyen teklif yok" in board(client)


def test_a_rejected_one_says_why_and_can_be_offered_anew(world: World) -> None:
    contract = world.accepted(103, at=NOW)
    world.decide("owner", contract, at=NOW, outcome="rejected", reason="Süre bize fazla geliyor.")
    page = board(entered(world, "manager"), "reddedilen")
    assert "Süre bize fazla geliyor." in page
    assert f'name="sozlesme" value="{contract.pk}"' in page


def test_it_says_how_long_it_waits_when_and_how_it_was_told_and_whether_that_arrived(world: World) -> None:
    contract = world.accepted(103, at=NOW)
    waits_since(contract, 9)
    client = entered(world, "manager")
    assert "9 gündür" in board(client)
    assert "Haber verilmedi" in board(client)
    delivered(contract, "delivered", at=NOW - timedelta(days=2))
    delivered(contract, "bounced")
    delivered(contract, "waiting", channel="sms")
    page = board(client)
    assert "e-posta: geri döndü" in page
    assert "SMS: yolda" in page
    assert "ulaştı" not in page  # that was an earlier one
    assert "Ulaşmadı" in page


def test_that_it_was_read_in_the_register_is_told(world: World) -> None:
    contract = world.accepted(103, at=NOW)
    Notice.objects.create(
        person=world.owner,
        kind=kinds.REMIND,
        at=NOW,
        capacity="workplace",
        process_id=contract.process_id,
        once_key="x",
        seen_at=NOW,
    )
    told = last_told([contract.process_id], kinds.ABOUT_A_STEP)[contract.process_id]
    assert (told.at, told.seen_at, told.ways) == (NOW, NOW, ())
    page = board(entered(world, "manager"))
    assert "yalnız kayıttaki bildirimlerde" in page
    assert "Kayıtta okundu" in page


def test_why_somebody_cannot_approve(world: World) -> None:
    contract = world.accepted(103, at=NOW)
    assert obstacles(world) == {"no_two_step"}  # nobody of the cast has one before they are given one
    sign_in_open(world.owner)
    assert obstacles(world) == set()
    people = type(world.owner).objects
    people.update(email_unproved=True)  # nothing of this goes to an address that was typed and not confirmed
    assert obstacles(world) == {"no_address"}
    people.update(email="", email_unproved=False)
    assert obstacles(world) == {"no_address"}
    card(world, 1, "firma@ornek.com.tr")
    assert obstacles(world) == set()
    delivered(contract, "bounced")
    assert obstacles(world) == {"address_fails"}
    delivered(contract, "sent")
    assert obstacles(world) == set()
    Mandate.objects.filter(workplace=world.workplace).update(valid_to=LONG_AGO)
    assert "no_user" in obstacles(world)
    page = board(entered(world, "manager"))
    assert "e-Bildirge kullanıcısı yok" in page
    assert reverse("guide_no_user") in page
    assert "İki aşamalı giriş kapalı" not in page.partition("<table")[2]  # without anybody nothing else is said


def test_what_bounced_on_the_way_to_the_professional_says_nothing_of_the_employer(world: World) -> None:
    sign_in_open(world.owner)
    contract = world.offer(103, at=NOW - timedelta(hours=2))
    delivered(contract, "bounced", at=NOW - timedelta(hours=1))
    world.decide("specialist", contract, at=NOW)
    assert obstacles(world) == set()
    assert last_told([contract.process_id], kinds.ABOUT_A_STEP) == {}


def test_an_address_that_a_newer_card_left_out_is_none(world: World) -> None:
    sign_in_open(world.owner)
    world.accepted(103, at=NOW)
    type(world.owner).objects.update(email="")
    for no, email in ((1, "firma@ornek.com.tr"), (2, "")):
        card(world, no, email)
    assert obstacles(world) == {"no_address"}


def test_the_professional_too_may_be_in_the_way_of_it(world: World) -> None:
    world.offer(103, at=NOW)
    assert obstacles(world, Stage.PROFESSIONAL) == {"no_two_step"}
    sign_in_open(world.specialist)
    assert obstacles(world, Stage.PROFESSIONAL) == set()


def test_filters_narrow_by_time_obstacle_search_and_profession(world: World) -> None:
    first, second = world.accepted(103, at=NOW), world.accepted(140, at=NOW)
    waits_since(first, 10)
    client = entered(world, "manager")

    def seen(**asked: str) -> set[int]:
        page = board(client, **asked)
        return {one.process_id for one in (first, second) if f'name="surec" value="{one.process_id}"' in page}

    assert seen() == {first.process_id, second.process_id}
    assert seen(gun="7") == {first.process_id}
    assert seen(gorev="workplace_physician") == {second.process_id}
    assert seen(ara="ORNEK ISYERI") == {first.process_id, second.process_id}
    assert seen(ara="Physician") == {second.process_id}
    assert seen(engel="iki-asama-kapali") == {first.process_id, second.process_id}
    assert seen(engel="kullanici-yok") == set()
    assert seen(gun="9999", engel="baska", il="x") == {first.process_id, second.process_id}


def test_pages_go_on_where_the_last_one_ended_the_longest_waiting_first(world: World) -> None:
    made = []
    for number in range(20, 25):
        one = world.offer(103, at=NOW, workplace_id=workplace(number).pk)
        waits_since(one, number)
        made.append(one.pk)
    actor, seen, after = world.actor("manager", at=NOW), [], None
    while found := offers_page(actor, NOW, Stage.PROFESSIONAL, NOTHING_ASKED, after=after, limit=2)[:2]:
        seen += [one.pk for one in found]
        after = (found[-1].process.waiting_since, found[-1].pk)
    assert seen == made[::-1]


def test_another_providers_offers_are_not_there(world: World) -> None:
    contract = world.accepted(103, at=NOW)
    other = world.actor("manager", at=NOW)
    (found,) = offers_page(other, NOW, Stage.EMPLOYER, Asked(), limit=5)
    assert found.pk == contract.pk
    Contract.objects.update(provider=None, form="own_staff")
    assert offers_page(other, NOW, Stage.EMPLOYER, Asked(), limit=5) == []


def post_remind(client: Client, **given: Any) -> str:
    return unescape(client.post(reverse("follow_remind"), given, follow=True).text)


def test_ticked_rows_are_reminded_and_a_second_time_says_so(world: World) -> None:
    contract = world.accepted(103, at=NOW)
    waits_since(contract, 3)
    client = entered(world, "manager")
    assert "1 süreç hatırlatıldı." in post_remind(client, asama="isverende", surec=contract.process_id)
    again = post_remind(client, asama="isverende", surec=contract.process_id)
    assert "bugün zaten haber verilmişti" in again
    assert "Önce listeden bir kutuyu işaretleyin" in post_remind(client, asama="isverende")
    assert Notice.objects.filter(process_id=contract.process_id, person=world.owner).count() == 1


def test_all_of_a_filter_are_reminded_after_the_page_that_counts_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = world.accepted(103, at=NOW), world.accepted(140, at=NOW)
    client, url = entered(world, "manager"), reverse("follow_remind")
    page = unescape(client.get(url, {"asama": "isverende"}).text)
    assert "Süzgece uyan 2 teklif" in page
    assert not Notice.objects.exists()
    said = post_remind(client, asama="isverende", gorev="safety_specialist", kapsam="tumu")
    assert "1 süreç hatırlatıldı." in said
    assert set(Notice.objects.values_list("process_id", flat=True)) == {first.process_id}
    monkeypatch.setattr("katip.web.follow.views.MOST", 1)
    assert "1 tekliften fazlası" in unescape(client.get(url, {"asama": "isverende"}).text)
    post_remind(client, asama="isverende", kapsam="tumu")
    assert not Notice.objects.filter(process_id=second.process_id).exists()


def test_figures_by_week_and_how_far_offers_came(world: World) -> None:
    done = world.active(103, at=NOW)
    rejected = world.accepted(140, at=NOW)
    world.decide("owner", rejected, at=NOW, outcome="rejected", reason="Süre bize fazla geliyor.")
    Contract.objects.filter(pk=done.pk).update(created_at=NOW - timedelta(days=3, hours=12))
    since = NOW - timedelta(weeks=5)
    weeks = weeks_of(world.provider.pk, since)
    assert sum(week.offered for week in weeks) == 2
    assert [(week.approved, week.median_days) for week in weeks if week.approved] == [(1, 3.5)]
    cohort = cohort_of(world.provider.pk, since, NOW)
    assert (cohort.offered, cohort.accepted, cohort.approved, cohort.lost_at_employer) == (2, 2, 1, 1)
    assert cohort.median_days == 3.5
    page = unescape(entered(world, "manager").get(reverse("follow_figures")).text)
    assert "Haftalara göre onaylar" in page
    assert page.count('class="area"') == 3
    assert "3,5 gün" in page


def test_without_offers_the_figures_say_so(world: World) -> None:
    assert "Bu haftalarda teklif yok" in entered(world, "manager").get(reverse("follow_figures")).text


def test_a_page_of_the_board_asks_as_often_whatever_its_length(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = entered(world, "manager")
    world.accepted(103, at=NOW)
    board(client)
    with django_assert_max_num_queries(30) as first:
        board(client)
    for number in range(30, 36):
        world.decide("specialist", world.offer(103, at=NOW, workplace_id=workplace(number).pk), at=NOW)
    with django_assert_max_num_queries(30) as second:
        board(client)
    assert len(first.captured_queries) == len(second.captured_queries) <= 18
