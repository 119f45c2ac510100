"""*Ayın özeti*: in every capacity, for oneself only, unread until it was opened."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from katip.core.actor import OPERATOR
from katip.core.usecase import acting_as
from katip.identity.models import Person
from katip.processes.models import PartyKind
from katip.registry.models import Mandate
from katip.rules import MonthOutcome
from katip.updates.models import Digest, Missing
from katip.updates.services.digest_make import digests_make
from katip.updates.services.digest_seen import digest_seen
from tests.cast import World, e_bildirge, entered, signed_in
from tests.months import Month, month_make
from tests.web.test_query_counts import asked, page


def told(month: Month) -> None:
    """Make the month's digests."""
    with acting_as(OPERATOR):
        digests_make(month.run.pk, month.at)


@pytest.fixture
def month(world: World) -> Month:
    """A month that raised one contract by itself and asks the employer about another."""
    specialist, physician = world.active(103), world.active(140)
    made = month_make()
    made.amended(specialist, 15, 300)
    made.waits(physician, 15, 150, party=PartyKind.EMPLOYER)
    told(made)
    return made


def digest_url(someone: Person) -> str:
    return reverse("month_digest", args=[Digest.objects.get(person=someone).pk])


def words(client: Client, url: str) -> str:
    """The page's text, without its marks."""
    response = client.get(url)
    assert response.status_code == 200
    main = response.text.partition("<main")[2].partition("</main")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\xa0", " ")


def test_the_employer_reads_what_changed_and_decides_what_waits(world: World, month: Month) -> None:
    client = entered(world, "owner")
    text = words(client, digest_url(world.owner))
    assert "Haziran 2025 özeti" in text
    assert "1 sözleşmenin süresi kendiliğinden güncellendi." in text
    assert "1 sözleşmenin yeni süresi işverene soruldu." in text
    assert "12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12" in text
    assert "12 → 15 çalışan, tehlikeli: 120 → 150 dk/ay, İH-DSP Yön. m.12" in text
    assert "Onayınızı bekliyor" in text
    shown = client.get(digest_url(world.owner)).context["parts"][0]["rows"]
    assert [row["profession"] for row in shown] == ["İşyeri hekimi", "İş güvenliği uzmanı"]  # what asks comes first
    assert client.get(shown[0]["step_url"]).status_code == 200
    assert shown[1]["step_url"] == ""
    assert month.run.period == date(2025, 6, 1)


def test_provider_and_professional_read_their_own_side(world: World, month: Month) -> None:
    manager = words(entered(world, "manager"), digest_url(world.manager))
    assert "Örnek OSGB" in manager
    assert "İşveren onayı bekliyor" in manager
    specialist = words(entered(world, "specialist"), digest_url(world.specialist))
    assert "Kendi görevlendirmeleriniz" in specialist
    assert world.workplace.title in specialist
    assert "İH-DSP" not in specialist
    assert world.specialist.name not in specialist
    assert month.run.pk


def test_nobody_reads_anothers_digest(world: World, month: Month) -> None:
    assert month.run.pk
    for role in ("stranger", "colleague", "manager", "specialist"):
        client = entered(world, role)
        assert client.get(digest_url(world.owner)).status_code == 404
        assert client.get(reverse("month_digest", args=[10**30])).status_code == 404
    assert Digest.objects.get(person=world.owner).seen_at is None


@pytest.mark.django_db(transaction=True)
def test_only_ones_own_digest_is_marked_as_seen(world: World, month: Month) -> None:
    digest = Digest.objects.get(person=world.owner)
    assert digest_seen(actor=world.actor("colleague"), at=month.at, digest_id=digest.pk) == 0
    assert digest_seen(actor=world.actor("owner"), at=month.at, digest_id=digest.pk) == 1
    assert digest_seen(actor=world.actor("owner"), at=month.at, digest_id=digest.pk) == 0


def test_it_is_new_until_it_is_opened(world: World, month: Month) -> None:
    for role, home in (("owner", "home"), ("manager", "home"), ("specialist", "assignments")):
        client = entered(world, role)
        url = digest_url(getattr(world, role))
        fresh = "Haziran 2025 özeti Yeni" if role == "manager" else "Haziran 2025 özeti hazır."
        assert fresh in words(client, reverse(home))  # a provider's month has a place of its own there already
        assert "Yeni" in words(client, reverse("month_digests"))
        client.get(url)
        main_screen = words(client, reverse(home))
        assert "özeti hazır" not in main_screen
        assert "özeti Yeni" not in main_screen
        assert "Haziran 2025 özeti" in main_screen
        assert url in client.get(reverse(home)).text
        assert "Yeni" not in words(client, reverse("month_digests"))
    assert Digest.objects.get(person=world.colleague).seen_at is None
    assert month.run.pk


def test_before_the_first_month_the_pages_say_what_will_come(world: World) -> None:
    client = entered(world, "owner")
    assert "Henüz özet yok" in words(client, reverse("month_digests"))
    assert "özeti" not in words(client, reverse("home"))


def test_what_an_ended_mandate_opened_is_shown_no_longer(world: World, month: Month) -> None:
    url = digest_url(world.owner)
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 3))
    text = words(signed_in(world.owner), url)
    assert world.workplace.title not in text
    assert "Yetkinizin sona erdiği 2 sözleşme gösterilmiyor." in text
    assert "1 sözleşmenin süresi kendiliğinden güncellendi." in text
    assert month.run.pk


def test_of_many_contracts_five_are_shown_and_the_rest_is_counted(world: World, month: Month) -> None:
    contract = world.workplace.contracts.get(profession="safety_specialist")
    later = month_make(period=date(2025, 7, 1))
    for _ in range(8):
        later.change(contract, MonthOutcome.ENDED, employees=0, reason="headcount_zero")
    told(later)
    digest = Digest.objects.get(person=world.owner, run=later.run)
    client = entered(world, "owner")
    text = words(client, reverse("month_digest", args=[digest.pk]))
    assert "8 sözleşme, çalışan kalmadığı için sona erdi." in text
    assert "Burada gösterilmeyen 3 sözleşme daha var." in text
    assert text.count("15 → 0 çalışan, tehlikeli: çalışan kalmadığı için sözleşme sona erdi") == 5
    assert [row["month"] for row in client.get(reverse("month_digests")).context["rows"]] == [
        date(2025, 7, 1),
        month.run.period,
    ]


def test_a_duty_that_nobody_serves_is_told(world: World) -> None:
    month = month_make()
    Missing.objects.create(run=month.run, workplace=world.workplace, profession="workplace_physician")
    told(month)
    text = words(entered(world, "owner"), digest_url(world.owner))
    assert "1 zorunlu görevi bu aydan beri kimse yürütmüyor." in text


def test_an_accountant_reads_of_all_workplaces_and_reaches_the_step_of_another(world: World, month: Month) -> None:
    e_bildirge(world.accountant, world.workplace)
    later = month_make(period=date(2025, 7, 1))
    physician = world.workplace.contracts.get(profession="workplace_physician")
    later.change(physician, MonthOutcome.AMENDED, minutes=150)
    told(later)
    client = signed_in(world.accountant)
    digest = Digest.objects.get(person=world.accountant, run=later.run)
    response = client.get(reverse("month_digest", args=[digest.pk]))  # nothing chosen yet
    assert response.status_code == 200
    assert response.context["parts"][0]["rows"][0]["url"] == ""
    assert month.run.pk


def test_the_pages_ask_the_same_however_much_they_tell(world: World, month: Month) -> None:
    client = entered(world, "owner")
    url = digest_url(world.owner)
    client.get(url)
    first = asked(page(client, url)), asked(page(client, reverse("month_digests")))
    assert first == (11, 6)
    contract = world.workplace.contracts.get(profession="safety_specialist")
    for number in range(1, 12):
        later = month_make(period=(date(2025, 7, 1) + timedelta(days=31 * number)).replace(day=1))
        for _ in range(4):
            later.change(contract, MonthOutcome.AMENDED, minutes=300)
        told(later)
    newest = Digest.objects.filter(person=world.owner).latest("run")
    url = reverse("month_digest", args=[newest.pk])
    client.get(url)
    assert (asked(page(client, url)), asked(page(client, reverse("month_digests")))) == first


def test_the_page_is_said_in_english_too(world: World, month: Month) -> None:
    client = entered(world, "owner")
    client.post(reverse("language"), {"language": "en", "next": "/"})
    with translation.override("en"):
        text = words(client, digest_url(world.owner))
    assert "240 → 300 min/month, İGU Yön. m.12" in text
    assert "Digest of June 2025" in text
    assert month.at < datetime.now(UTC)
