"""The pages of notices: what is told, its count in the header, choices, and the way from a mail to that very step."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from katip.audit.looks import Given, Reason
from katip.core.actor import Actor, Capacity, Proof
from katip.notices import kinds as told
from katip.notices.kinds import ASKED, GROUPS
from katip.notices.letters import Item, letter_write
from katip.notices.models import Channel, Delivery, Habit, Language, Notice, Objection, Preference, Rhythm
from katip.notices.preferences import Owner, wishes_read
from katip.processes.models import Outcome, Process, ProcessState
from katip.registry.models import ContactDeclaration, Official
from katip.web.acting.chosen import chosen_write
from katip.web.looks.reasons import reason_keep
from tests.cast import AT, PASSWORD, World, code_at, entered, person, sign_in_open, signed_in
from tests.notices.reading import OUT, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _channels(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update=OUT)


def now() -> datetime:
    return datetime.now(UTC)


def test_the_list_shows_what_was_told_with_its_link_and_counts_it_as_read(world: World) -> None:
    at = now()
    contract = world.accepted(at=at)
    tell(at)
    client = entered(world, "owner")
    header = client.get(reverse("home")).content.decode()
    assert '<span class="count on">1<span class="vh"> okunmamış' in header
    page = client.get(reverse("notices")).content.decode()
    assert f'href="/surecler/{contract.process_id}/"' in page
    assert "Onayınız bekleniyor: 103 · İş güvenliği uzmanı" in page
    assert page.count("Yeni</span>") == 1
    assert not Notice.objects.filter(person=world.owner, seen_at=None).exists()
    assert "okunmamış" not in client.get(reverse("home")).content.decode()
    assert "Yeni</span>" not in client.get(reverse("notices")).content.decode()


def test_what_was_answered_meanwhile_says_that_it_waits_no_more(world: World) -> None:
    answered, waiting = world.accepted(103), world.accepted(140)
    tell()
    world.decide("owner", answered)
    shown = {one["url"]: one["over"] for one in entered(world, "owner").get(reverse("notices")).context["notices"]}
    assert shown[reverse("step", args=[answered.process_id])]
    assert not shown[reverse("step", args=[waiting.process_id])]


def test_one_reads_only_ones_own_page_by_page_and_can_call_all_read(world: World) -> None:
    Notice.objects.bulk_create(
        Notice(
            person=whose,
            kind=told.IN_FORCE,
            at=AT,
            capacity="individual",
            detail={"code": 103},
            once_key=f"{whose.pk}:{no}",
        )
        for whose in (world.owner, world.colleague)
        for no in range(35)
    )
    client = entered(world, "owner")
    first = client.get(reverse("notices"))
    assert first.content.decode().count("Onaylandı: 103") == 30
    assert Notice.objects.filter(person=world.owner, seen_at=None).count() == 5
    assert "Hepsini okundu say" in first.content.decode()
    second = client.get(first.context["next_url"])
    assert second.content.decode().count("Onaylandı: 103") == 5
    Notice.objects.filter(person=world.owner).update(seen_at=None)
    client.post(reverse("notices"))
    assert not Notice.objects.filter(person=world.owner, seen_at=None).exists()
    assert Notice.objects.filter(person=world.colleague, seen_at=None).count() == 35


def test_a_reason_stands_on_the_page_alone(world: World) -> None:
    at = now()
    contract = world.accepted(at=at)
    world.decide("owner", contract, at=at, outcome=Outcome.REJECTED, reason="Süre bize fazla geliyor.")
    tell(at)
    page = entered(world, "manager").get(reverse("notices")).content.decode()
    assert "Neden: Süre bize fazla geliyor." in page


def test_a_mails_link_lands_on_that_very_step_after_sign_in(world: World) -> None:
    """From the letter itself, through password and second step, whatever capacity was chosen before."""
    at = now()
    contract = world.accepted(at=at)
    tell(at)
    row = Delivery.objects.get(person=world.owner, kind=told.WAITS)
    item = Item(
        row.kind, row.detail, at, row.person_id, row.capacity, row.organisation_id, row.process_id, row.notice_id
    )
    letter = letter_write([item], Channel.EMAIL, "tr")
    assert letter is not None
    [link] = [word for word in letter.text.split() if "/surecler/" in word]
    client = Client()
    stopped = client.get(urlsplit(link).path)
    assert stopped.status_code == 302
    assert stopped.headers["Location"] == f"/giris/?next=%2Fsurecler%2F{contract.process_id}%2F"
    sign_in_open(world.owner)
    form = {"login": world.owner.national_id, "password": PASSWORD, "next": urlsplit(link).path}
    second = client.post(stopped.headers["Location"], form)
    assert second.status_code == 302
    assert urlsplit(second.headers["Location"]).path == "/giris/ikinci-adim/"
    shown = client.get(second.headers["Location"])
    done = client.post(
        second.headers["Location"], {"code": code_at(now().timestamp()), "next": shown.context.get("next", "")}
    )
    assert done.headers["Location"] == urlsplit(link).path
    page = client.get(done.headers["Location"])
    assert page.status_code == 200
    assert "Okudum, onaylıyorum" in page.content.decode()


def test_choices_are_kept_and_shown_again(world: World) -> None:
    client = entered(world, "owner")
    page = client.get(reverse("notice_preferences")).content.decode()
    assert 'name="own_asked" id="id_own_asked" checked' in page
    assert 'name="own_office"' not in page
    typed = {
        "rhythm": "daily",
        "language": "tr",
        "quiet": "on",
        "quiet_from": "22:30",
        "quiet_to": "07:00",
        "own_outcome": "on",
    }
    saved = client.post(reverse("notice_preferences"), typed)
    assert saved.status_code == 302
    wishes = wishes_read([Owner(world.owner.pk)])
    assert not wishes.wants(Owner(world.owner.pk), GROUPS[ASKED], Channel.EMAIL)
    assert wishes.wants(Owner(world.owner.pk), GROUPS["outcome"], Channel.EMAIL)
    habit = Habit.objects.get(person=world.owner)
    assert (habit.rhythm, habit.language, f"{habit.quiet_from:%H:%M}") == (Rhythm.DAILY, Language.TURKISH, "22:30")
    again = client.get(reverse("notice_preferences")).content.decode()
    assert 'name="own_asked" id="id_own_asked" checked' not in again
    assert 'value="22:30"' in again
    refused = client.post(reverse("notice_preferences"), {**typed, "quiet_from": "", "quiet_to": "x"})
    assert refused.status_code == 422
    assert "Saati yazın ya da sessiz saatleri kapatın." in refused.content.decode()


def test_the_cards_addresses_are_chosen_by_the_workplaces_users_alone(world: World) -> None:
    ContactDeclaration.objects.create(
        workplace=world.workplace,
        no=1,
        declared_by=world.owner,
        declared_at=AT,
        phone="5550000000",
        email="firma@ornek.com.tr",
        province_id=world.workplace.province_id,
        district_id=world.workplace.district_id,
        auto_update=None,
        consent_text="otomatik-guncelleme/1",
    )
    typed = {"rhythm": "at_once", "language": "both", "own_asked": "on", "card_asked_email": "on"}
    assert "card_asked_sms" in entered(world, "owner").get(reverse("notice_preferences")).content.decode()
    for role in ("stranger", "manager"):
        client = entered(world, role)
        assert "card_asked_sms" not in client.get(reverse("notice_preferences")).content.decode()
        client.post(reverse("notice_preferences"), typed)
    assert not Preference.objects.filter(person=None).exists()
    entered(world, "colleague").post(reverse("notice_preferences"), typed)
    chosen = {(one.group, one.channel): one.is_on for one in Preference.objects.filter(person=None)}
    assert chosen == {("asked", "sms"): False, ("named", "email"): False, ("change", "email"): False}


def test_an_employer_disowns_a_provider_on_the_page_that_the_step_leads_to(world: World) -> None:
    at = now()
    contract = world.offer(at=at)
    client = entered(world, "owner")
    url = reverse("disown", args=[contract.process_id])
    assert url in client.get(reverse("step", args=[contract.process_id])).content.decode()
    assert url not in entered(world, "manager").get(reverse("step", args=[contract.process_id])).content.decode()
    page = client.get(url).content.decode()
    assert "şimdi profesyonelde; size gelince kendiliğinden reddedilir" in page
    world.decide("specialist", contract, at=at)
    assert "teklifi hemen reddedilir" in client.get(url).content.decode()
    stale = entered(world, "owner", proof_age=10**4).post(url, {"note": ""})
    assert stale.status_code == 302
    assert Process.objects.get().state == ProcessState.OPEN
    done = client.post(url, {"note": "Tanımıyoruz."}, follow=True).content.decode()
    assert "1 teklif reddedildi." in done
    assert Process.objects.get().state == ProcessState.REJECTED
    assert url not in done


def test_officials_read_and_close_what_was_reported(world: World) -> None:
    at = now()
    contract = world.accepted(at=at)
    entered(world, "owner").post(reverse("disown", args=[contract.process_id]), {"note": "Hiç görüşmedik."})
    someone = person(90, "Görevli")
    client = _official(someone, Official.objects.create(person=someone, role="directorate", province_id=16))
    page = client.get(reverse("objections")).content.decode()
    assert world.provider.title in page
    one = reverse("objection", args=[Objection.objects.get().pk])
    shown = client.get(one).content.decode()
    assert "Hiç görüşmedik." in shown
    assert "Owner Örnek" in shown
    assert client.post(one, {"outcome": "kısa"}).status_code == 422
    assert client.post(one, {"outcome": "Kurum arandı, yanlışlık düzeltildi."}).status_code == 302
    assert "Açık bildirim yok" in client.get(reverse("objections")).content.decode()
    assert world.provider.title in client.get(reverse("objections"), {"durum": "kapanan"}).content.decode()
    Official.objects.update(province=34)
    assert client.get(one).status_code == 404


def _official(someone: Any, office: Official) -> Client:
    client = signed_in(someone)
    session = client.session
    actor = Actor(someone.pk, Capacity.OFFICIAL, office.pk, Proof("totp", now()))
    request = SimpleNamespace(session=session, actor=actor)
    chosen_write(request, Capacity.OFFICIAL, office.pk)
    reason_keep(request, Given(Reason.INSPECTION, "2025/14", now()))
    session.save()
    return client
