"""What goes out of a notice: to whom, when, as one message, by their own choice, and with which words."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from katip.audit.models import Event
from katip.identity.models import Person
from katip.notices import kinds as told
from katip.notices.addresses import address_key
from katip.notices.kinds import ASKED, GROUPS, KINDS, NAMED, OUTCOME, notice_text, notice_title
from katip.notices.letters import Item, Letter, letter_write
from katip.notices.links import PATHS, path_to
from katip.notices.models import Channel, Delivery, Habit, Language, Notice, Preference, Rhythm, State
from katip.notices.preferences import Owner, people_wanting, wishes_read
from katip.notices.services.preferences import habits_set, preferences_set
from katip.notices.timing import Habits, leaves_at, remind_step
from katip.registry.models import ContactDeclaration
from tests.cast import AT, World, e_bildirge, entered, workplace
from tests.notices.reading import OUT, kinds_of, tell, waiting_out

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _channels(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={**OUT, "approval_deadline_days": 5})


def card(world: World, **fields: Any) -> ContactDeclaration:
    where = fields.pop("workplace", world.workplace)
    given = {"phone": "5550000000", "email": "firma@ornek.com.tr", "kep": "", "no": 1} | fields
    return ContactDeclaration.objects.create(
        workplace=where,
        declared_by=world.owner,
        declared_at=AT,
        province_id=where.province_id,
        district_id=where.district_id,
        auto_update=None,
        consent_text="otomatik-guncelleme/1",
        **given,
    )


def items(*rows: Delivery) -> list[Item]:
    return [
        Item(
            one.kind,
            one.detail,
            one.made_at,
            one.person_id,
            one.capacity,
            one.organisation_id,
            one.process_id,
            one.notice_id,
        )
        for one in rows
    ]


def letter(*rows: Delivery, channel: Channel = Channel.EMAIL, language: str = "tr") -> Letter:
    found = letter_write(items(*rows), channel, language)
    assert found is not None
    return found


def test_each_user_and_the_addresses_on_the_card_are_written_to_once(world: World) -> None:
    card(world, no=1, email="eski@ornek.com.tr")
    card(world, no=2, kep="firma@hs01.kep.tr")
    contract = world.offer()
    tell()
    world.decide("specialist", contract)
    tell()
    asked = Delivery.objects.filter(kind=told.WAITS, detail__step=2)
    assert set(asked.values_list("channel", "person_id")) == {
        ("email", world.owner.pk),
        ("email", world.colleague.pk),
        ("email", world.newcomer.pk),
        ("email", None),
        ("sms", None),
        ("kep", None),
    }
    assert len(asked) == 6
    assert {one.process_id for one in asked} == {contract.process_id}
    assert {one.state for one in asked} == {State.WAITING}


def test_an_address_that_is_a_users_own_is_written_to_once(world: World) -> None:
    card(world, email=world.owner.email.upper(), phone="2120000000")
    world.accepted()
    tell()
    assert waiting_out()["email", None] == 0
    assert waiting_out()["sms", None] == 0


def test_who_has_no_address_or_no_open_account_is_told_in_the_register_alone(world: World) -> None:
    Person.objects.filter(pk=world.owner.pk).update(email="")
    Person.objects.filter(pk=world.colleague.pk).update(is_active=False)
    world.accepted()
    tell()
    assert told.WAITS in kinds_of(world.owner)
    assert not Delivery.objects.filter(person__in=[world.owner, world.colleague]).exists()


def test_after_a_standstill_what_is_old_is_read_in_the_register_and_what_waits_still_leaves(world: World) -> None:
    contract = world.accepted(103)
    world.accepted(140)
    world.decide("owner", contract)
    tell(AT + timedelta(days=4))
    assert told.IN_FORCE in kinds_of(world.manager)
    assert not Delivery.objects.filter(kind=told.IN_FORCE).exists()
    assert Delivery.objects.filter(kind=told.WAITS, person=world.owner).exists()


def test_nothing_leaves_at_night_and_things_of_one_window_go_together(world: World) -> None:
    world.accepted(103)
    world.accepted(140)
    tell()
    rows = list(Delivery.objects.filter(person=world.owner, kind=told.WAITS))
    assert [one.due_at for one in rows] == [AT + timedelta(minutes=2)] * 2
    assert {one.digest_key for one in rows} == {f"told:{rows[0].person_id}"}
    night = datetime(2025, 6, 2, 19, 30, tzinfo=UTC)  # 22.30 in Turkey
    assert leaves_at(night, Habits(), optional=True) == datetime(2025, 6, 3, 5, tzinfo=UTC)
    assert leaves_at(night, Habits(), optional=False) == night
    assert leaves_at(night, Habits(quiet_from=time(0), quiet_to=time(0)), optional=True) == night + timedelta(minutes=2)
    noon = Habits(quiet_from=time(12), quiet_to=time(13))
    assert leaves_at(AT + timedelta(minutes=1), noon, optional=True) == datetime(2025, 6, 2, 10, tzinfo=UTC)
    daily = Habits(rhythm=Rhythm.DAILY)
    assert leaves_at(AT, daily, optional=True) == datetime(2025, 6, 3, 5, 30, tzinfo=UTC)
    early = datetime(2025, 6, 2, 4, tzinfo=UTC)
    assert leaves_at(early, daily, optional=True) == datetime(2025, 6, 2, 5, 30, tzinfo=UTC)


def test_a_person_chooses_what_comes_when_and_in_which_language(world: World) -> None:
    preferences_set(actor=world.actor("owner"), at=AT, choices={(ASKED, "email"): False, (NAMED, "email"): True})
    habits_set(
        actor=world.actor("colleague"),
        at=AT,
        rhythm=Rhythm.DAILY,
        language=Language.ENGLISH,
        quiet_from=time(0),
        quiet_to=time(0),
    )
    assert Preference.objects.count() == 1  # what is as usual is no choice
    world.accepted()
    tell()
    assert not Delivery.objects.filter(person=world.owner, kind=told.WAITS).exists()
    assert told.WAITS in kinds_of(world.owner)
    theirs = Delivery.objects.get(person=world.colleague, kind=told.WAITS)
    assert (theirs.language, theirs.due_at) == ("en", datetime(2025, 6, 3, 5, 30, tzinfo=UTC))
    with pytest.raises(ValueError, match="not optional"):
        preferences_set(actor=world.actor("owner"), at=AT, choices={("role", "email"): False})
    assert people_wanting([world.owner.pk, world.colleague.pk], ASKED) == {world.colleague.pk}


def test_one_waiting_step_is_one_plain_letter_with_its_link(world: World, settings: Any) -> None:
    contract = world.accepted()
    tell()
    row = Delivery.objects.get(person=world.owner, kind=told.WAITS)
    written = letter(row)
    link = f"{settings.KATIP.origin}/surecler/{contract.process_id}/"
    assert written.subject == "Katip: Onayınız bekleniyor: 103 · İş güvenliği uzmanı"
    assert link in written.text
    assert world.workplace.title.removesuffix(".") in written.text
    for someone in (world.owner, world.specialist, world.manager):
        assert someone.given_name not in written.text
    assert world.workplace.sgk_number not in written.text
    assert written.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://\S+/bildirim-birak/\?k=\S+>", written.headers["List-Unsubscribe"])
    both = letter(row, language="both")
    assert "English" in both.text
    assert both.text.count(link) == 2


def test_what_was_decided_meanwhile_is_not_sent(world: World) -> None:
    contract = world.accepted()
    tell()
    row = Delivery.objects.get(person=world.owner, kind=told.WAITS)
    world.decide("colleague", contract)
    assert letter_write(items(row), Channel.EMAIL, "tr") is None


def test_many_go_as_one_list_most_urgent_first_and_the_rest_counted(world: World, settings: Any) -> None:
    first, second = world.accepted(103), world.accepted(140)
    tell()
    rows = list(Delivery.objects.filter(person=world.owner, kind=told.WAITS))
    written = letter(*rows)
    assert written.subject == "Katip: 2 onayınız bekleniyor"
    assert written.text.index(f"/surecler/{first.process_id}/") < written.text.index(f"/surecler/{second.process_id}/")
    assert f"{settings.KATIP.origin}{reverse('inbox')}" in written.text
    other = Item(told.ENDED, {"code": 103, "workplace": "Örnek A.Ş."}, AT, world.owner.pk, "workplace", 1)
    many = letter_write([*items(*rows), *(replace(other) for _ in range(30))], Channel.EMAIL, "tr")
    assert many is not None
    assert many.subject == "Katip: 2 onayınız bekleniyor, 30 başka bildirim var"
    assert many.text.count("•") == 5
    assert "… ve 27 bildirim daha." in many.text
    head, _, _ = many.text.partition("•")  # how many, until when, and where all of it stands, before single ones
    assert f"{settings.KATIP.origin}{reverse('inbox')}" in head
    assert "2 onayın son günü: 11.06.2025." in head


def test_a_short_message_says_what_waits_and_nothing_of_anybody(world: World) -> None:
    card(world)
    world.accepted()
    tell()
    row = Delivery.objects.get(channel=Channel.SMS)
    short = letter(row, channel=Channel.SMS)
    assert short.text == "Katip: 103 · İş güvenliği uzmanı onayınızı bekliyor. Son gün 11.06.2025."
    assert short.link.endswith(f"/surecler/{row.process_id}/")
    assert world.workplace.title not in short.text
    world.accepted(140)
    tell()
    both = letter(*Delivery.objects.filter(channel=Channel.SMS), channel=Channel.SMS)
    assert both.text == "Katip: 2 onayınız bekleniyor."


def test_two_who_share_an_address_are_written_to_apart(world: World) -> None:
    """Each by a letter of their own, whose link leaves for them."""
    Person.objects.filter(pk__in=[world.owner.pk, world.colleague.pk]).update(email="ortak@ornek.com.tr")
    world.accepted(103)
    tell()
    world.decide("owner", world.accepted(140))
    tell()
    rows = Delivery.objects.filter(address_key=address_key(Channel.EMAIL, "ortak@ornek.com.tr"))
    readers = {(one.digest_key, one.person_id) for one in rows}
    assert len(readers) == len({one.person_id for one in rows}) == 2


def test_one_phone_of_many_workplaces_hears_one_message(world: World) -> None:
    """An accountant's own address stands on every card: rows of one digest, whatever the workplace."""
    card(world)
    place = workplace(31)
    e_bildirge(world.owner, place)
    card(world, workplace=place)
    world.accepted()
    world.accepted(140, workplace_id=place.pk)
    tell()
    rows = Delivery.objects.filter(channel=Channel.SMS, kind=told.WAITS)
    assert len(rows) == 2
    assert len({(one.address_key, one.digest_key) for one in rows}) == 1


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_kind_has_words_without_holes(language: str) -> None:
    detail: dict[str, Any] = {
        "code": 103,
        "party": "employer",
        "workplace": "Örnek A.Ş.",
        "provider": "Örnek OSGB",
        "step": 1,
        "due_on": "2025-06-05",
        "minutes": 300,
        "minutes_before": 240,
        "last_day": "2025-06-30",
        "total": 9,
        "refused": 2,
        "reason": "Gizli kalsın.",
    }
    with translation.override(language):
        for kind, values in product(KINDS, (detail, {"code": 103})):
            words = f"{notice_title(kind, values)} {notice_text(kind, values)}"
            assert "%(" not in words
            assert "None" not in words
            assert "Gizli" not in words
            assert ".." not in words
            assert KINDS[kind].group in GROUPS


def test_figures_of_reminders_are_made_up_for_and_end_with_the_last_day() -> None:
    due = datetime(2025, 6, 10, tzinfo=UTC).date()
    days = [remind_step(due, due - timedelta(days=left), (3, 1)) for left in range(5, -2, -1)]
    assert days == [None, None, 3, 3, 1, 1, None]
    assert remind_step(due, due, ()) is None


@pytest.mark.parametrize("name", sorted(PATHS))
def test_paths_in_messages_are_those_of_the_pages(name: str) -> None:
    number = 7 if "{}" in PATHS[name] else None
    assert path_to(name, number) == reverse(name, args=[number] if number else [])


def test_leaving_by_a_mails_link_needs_no_sign_in_and_leaves_only_that(world: World) -> None:
    world.accepted()
    tell()
    row = Delivery.objects.get(person=world.owner, kind=told.WAITS)
    url = letter(row).headers["List-Unsubscribe"].strip("<>").partition("://")[2].partition("/")[2]
    client = entered(world, "anonymous")
    page = client.get(f"/{url}")
    assert page.status_code == 200
    assert "Onayınızı bekleyenler" in page.content.decode()
    assert not Preference.objects.exists()  # whoever looks through mails before their reader does opens links
    done = client.post(f"/{url}", {"List-Unsubscribe": "One-Click"})
    assert "Bıraktınız" in done.content.decode()
    wishes = wishes_read([Owner(world.owner.pk)])
    assert not wishes.wants(Owner(world.owner.pk), GROUPS[ASKED], Channel.EMAIL)
    assert wishes.wants(Owner(world.owner.pk), GROUPS[OUTCOME], Channel.EMAIL)
    assert Event.objects.filter(tag="notices:preference:left", subject_id=world.owner.pk).count() == 1
    assert client.post(f"/{url}").status_code == 200
    assert client.post("/bildirim-birak/?k=abc").status_code == 404
    assert client.get(f"/{url[:-6]}").status_code == 404


def test_an_address_on_a_card_is_left_by_its_own_link(world: World) -> None:
    card(world)
    world.accepted()
    tell()
    row = Delivery.objects.get(person=None, channel=Channel.EMAIL, kind=told.WAITS)
    url = letter(row).headers["List-Unsubscribe"].strip("<>").partition("://")[2].partition("/")[2]
    assert entered(world, "anonymous").post(f"/{url}").status_code == 200
    world.accepted(140)
    tell()
    assert Delivery.objects.filter(person=None, channel=Channel.EMAIL, kind=told.WAITS).count() == 1
    assert Delivery.objects.filter(person=world.owner, channel=Channel.EMAIL, kind=told.WAITS).count() == 2
    assert not Habit.objects.exists()
    assert Notice.objects.filter(person=None).exists()
