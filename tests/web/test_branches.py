"""Pages of whoever runs the installation: they show what is kept, and each change is one form away."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from katip.core.actor import OPERATOR
from katip.core.clock import day_of
from katip.counter.models import Branch, BranchClosure, OpeningHours, Posting
from katip.counter.services.branch_care import closure_add, week_set
from katip.counter.services.branches import BranchFields, branch_open
from katip.counter.services.officers import officer_appoint
from katip.registry.models import District, Official, OfficialRole
from tests.cast import national_id, person
from tests.web.test_officials import in_office, official, text
from tests.web.test_query_counts import asked, page

NOW = datetime.now(UTC)
TODAY = day_of(NOW)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    return in_office(official("operator"))


def branch(name: str = "Nilüfer gişesi", **more: Any) -> Branch:
    district = District.objects.filter(province_id=16).order_by("pk")[0]
    fields = BranchFields(name=name, district_id=district.pk, address="Örnek Cad. 1", **more)
    opened: Branch = branch_open(actor=OPERATOR, at=NOW, fields=fields)
    return opened


def officer(where: Branch, number: int = 71) -> Official:
    who = person(number, f"Gişe{number}")
    appointed: Official = officer_appoint(
        actor=OPERATOR, at=NOW, national_id=who.national_id, role=OfficialRole.COUNTER, branch_id=where.pk
    )
    return appointed


def posts(client: Client, route: str, number: int | None = None, **typed: Any) -> Any:
    office = client.session["acting_for"]["id"]
    return client.post(reverse(route, args=[number] if number else []), {"organisation": office, **typed})


def test_the_operator_lands_on_the_branches_which_say_what_is_missing(client: Client) -> None:
    assert client.get(reverse("office")).headers["Location"] == reverse("branches")
    assert "Henüz şube yok" in text(client.get(reverse("branches")))
    branch(networks="10.0.0.0/8")
    shown = text(client.get(reverse("branches")))
    assert "Nilüfer gişesi" in shown
    assert "yalnız belirli ağlardan" in shown


@pytest.mark.parametrize("role", ["inspector", "directorate", "counter", "supervisor"])
def test_no_other_office_opens_them(role: str) -> None:
    where = branch()
    client = in_office(official(role, number=60))
    assert client.get(reverse("branches")).status_code == 403
    assert client.get(reverse("branch", args=[where.pk])).status_code == 403
    assert posts(client, "branch_new", name="Sahte gişe").status_code == 403
    assert Branch.objects.count() == 1


def test_a_branch_is_entered_and_corrected_and_keeps_what_was_typed_wrongly(client: Client) -> None:
    district = District.objects.filter(province_id=16).order_by("pk")[0]
    typed: dict[str, Any] = {"name": "Nilüfer gişesi", "district": district.pk, "address": "Örnek Cad. 1"}
    refused = posts(client, "branch_new", **typed, phone="12", networks="10.0.0.0/8\nyanlış")
    assert refused.status_code == 422
    assert "“yanlış” bir ağ adresi değil." in text(refused)
    assert "Örnek Cad. 1" in refused.text
    assert posts(client, "branch_new", **typed).headers["Location"] == reverse("branches")
    where = Branch.objects.get()
    again = posts(client, "branch_new", **typed)
    assert again.status_code == 409
    assert "Bu adla bir şube zaten var." in text(again)
    posts(client, "branch_change", where.pk, **typed | {"address": "Deneme Sok. 2"}, phone="2240000000")
    where.refresh_from_db()
    assert (where.address, where.phone) == ("Deneme Sok. 2", "2240000000")


def test_a_week_is_typed_as_people_write_it(client: Client) -> None:
    where = branch()
    week = {"day1": "9:00-12.30, 13:30 – 17:00", "day6": "10:00-12:00"}
    assert posts(client, "branch_week", where.pk, **week).headers["Location"] == reverse("branch", args=[where.pk])
    shown = text(client.get(reverse("branch", args=[where.pk])))
    assert "Pazartesi 09:00–12:30, 13:30–17:00" in shown
    assert "Pazar kapalı" in shown
    assert 'value="09:00-12:30, 13:30-17:00"' in client.get(reverse("branch_week", args=[where.pk])).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("dokuz", "Saatleri 09:00-12:30, 13:30-17:00 gibi yazın."),
        ("09:00-25:00", "Saatleri 09:00-12:30"),
        ("12:00-09:00", "Kapanış saati açılıştan sonra olmalı."),
        ("09:00-12:00, 11:00-13:00", "Saatler birbiriyle çakışıyor."),
    ],
)
def test_a_week_that_cannot_be_is_said_beside_the_day(client: Client, typed: str, words: str) -> None:
    where = branch()
    refused = posts(client, "branch_week", where.pk, day3=typed)
    assert refused.status_code == 422
    assert words in text(refused)
    assert f'value="{typed}"' in refused.text
    assert not OpeningHours.objects.exists()


def test_a_closed_day_comes_and_goes(client: Client) -> None:
    where = branch()
    day = TODAY + timedelta(days=3)
    past = posts(client, "branch_closed_day", where.pk, day=f"{TODAY - timedelta(days=1):%d.%m.%Y}", reason="Taşınma")
    assert "Geçmiş bir gün yazılamaz." in text(past)
    posts(client, "branch_closed_day", where.pk, day=f"{day:%d.%m.%Y}", reason="Taşınma")
    assert f"{day:%d.%m.%Y} Taşınma" in text(client.get(reverse("branch", args=[where.pk])))
    closure = BranchClosure.objects.get()
    asks = text(client.get(reverse("branch_closed_day_drop", args=[closure.pk])))
    assert f"{day:%d.%m.%Y} günü şube yeniden açık görünür (Taşınma)." in asks
    posts(client, "branch_closed_day_drop", closure.pk)
    assert client.get(reverse("branch_closed_day_drop", args=[closure.pk])).status_code == 404
    assert "kapalı gün yazılmamış" in text(client.get(reverse("branch", args=[where.pk])))


def test_a_branch_is_shut_and_opened_again(client: Client) -> None:
    where = branch()
    posts(client, "branch_shut", where.pk, day=f"{TODAY:%d.%m.%Y}")
    assert "günü kapandı: kimse buraya yönlendirilmez" in text(client.get(reverse("branch", args=[where.pk])))
    assert "Kapandı" in text(client.get(reverse("branches")))
    posts(client, "branch_shut", where.pk)
    where.refresh_from_db()
    assert where.closed_on is None


def test_an_officer_is_appointed_moved_and_dismissed(client: Client) -> None:
    here, there = branch(), branch("Osmangazi gişesi")
    someone = person(71, "Gişe")
    unknown = posts(client, "branch_officer_new", here.pk, national_id=national_id(98), role="counter")
    assert "Bu T.C. kimlik no ile kayıtlı bir kişi yok." in text(unknown)
    posts(client, "branch_officer_new", here.pk, national_id=someone.national_id, role="supervisor")
    held = Official.objects.get(person=someone)
    page = client.get(reverse("branch", args=[here.pk]))
    assert "gişe denetmeni" in text(page)
    assert someone.national_id not in page.text
    posts(client, "branch_officer_move", held.pk, branch=there.pk)
    assert Posting.objects.get(until__isnull=True).branch_id == there.pk
    assert posts(client, "branch_officer_end", held.pk).headers["Location"] == reverse("branch", args=[there.pk])
    held.refresh_from_db()
    assert held.ended_on == TODAY
    assert client.get(reverse("branch_officer_end", args=[held.pk])).status_code == 404


def test_an_old_second_step_is_asked_again_before_a_change(client: Client) -> None:
    where = branch()
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 16 * 60
    session.save()
    answer = posts(client, "branch_shut", where.pk, day=f"{TODAY:%d.%m.%Y}")
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert Branch.objects.get().closed_on is None


def test_a_long_list_and_a_long_staff_ask_no_more_than_a_short_one(client: Client) -> None:
    def costs(route: str, *numbers: int) -> int:
        read = page(client, reverse(route, args=numbers))
        read()  # who is shown for the first time is recorded
        return asked(read)

    where = branch()
    officer(where)
    few = costs("branches"), costs("branch", where.pk)
    for number in range(8):
        officer(branch(f"Gişe {number}"), 80 + number)
        officer(where, 90 + number)
        closure_add(actor=OPERATOR, at=NOW, branch_id=where.pk, day=TODAY + timedelta(days=number), reason="Taşınma")
    week_set(actor=OPERATOR, at=NOW, branch_id=where.pk, week={day: [(time(9), time(17))] for day in range(1, 7)})
    assert (costs("branches"), costs("branch", where.pk)) == few
