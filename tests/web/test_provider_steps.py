"""What a month opens, on the pages of steps and of contracts: why it came, how much is missing, what to do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract, ContractVersion
from katip.processes.models import PartyKind, Process
from katip.registry.models import StaffContract
from katip.rules import MonthReason, RuleViolation
from katip.web.refusals import refusal_words
from tests.cast import World, entered
from tests.months import Month, month_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(world: World) -> Contract:
    return world.active(at=datetime.now(UTC) - timedelta(days=60))


@pytest.fixture
def month() -> Month:
    return month_make()


def text_of(client: Client, route: str, number: int | None) -> str:
    answer = client.get(reverse(route, args=[number]))
    assert answer.status_code == 200
    return answer.text.replace("\xa0", " ")


def test_the_provider_reads_why_an_update_came_and_how_much_is_missing(
    world: World, running: Contract, month: Month
) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=250)
    process = month.waits(running, 15, 300).process_id
    text = text_of(entered(world, "manager"), "step", process)
    assert "12 → 15 çalışan, tehlikeli" in text
    assert "SGK’nin Haziran 2025 bildirimi" in text
    assert "Kendiliğinden güncellenmedi: profesyonelin boş süresi yetmiyor." in text
    assert "Specialist Örnek için şimdi 10 dakika boş; bu güncelleme 60 dakika ister: 50 eksik." in text
    assert "Aylık bildirimle açıldı" in text
    assert "Kayıt işleticisi" not in text
    assert reverse("step_withdraw", args=[process]) not in text  # nobody of the provider opened it


def test_an_update_that_fits_by_now_says_so_and_is_approved(world: World, running: Contract, month: Month) -> None:
    process = Process.objects.get(pk=month.waits(running, 15, 300).process_id or 0)
    client = entered(world, "manager")
    assert "bu güncelleme 60 dakika ister ve sığar" in text_of(client, "step", process.pk)
    form = {"version": process.version, "terms_hash": process.terms_hash, "read": "on"}
    done = client.post(reverse("step_complete", args=[process.pk]), form, follow=True)
    assert "Aylık süre 240 dakikadan 300 dakikaya güncellendi" in done.text
    assert ContractVersion.objects.latest("no").minutes == 300
    versions = client.get(reverse("contract", args=[running.pk])).context["versions"]
    assert [bool(version["why"]) for version in versions] == [False, True]  # the one that the month's update made


def test_the_employer_reads_why_without_the_providers_figures(world: World, running: Contract, month: Month) -> None:
    process = month.waits(running, 15, 300, party=PartyKind.EMPLOYER).process_id
    text = text_of(entered(world, "owner"), "step", process)
    assert "Neden geldi" in text
    assert "12 → 15 çalışan" in text
    assert "dakika boş" not in text
    assert "Reddederseniz sözleşme şimdiki süresiyle devam eder." in text


@pytest.mark.parametrize(
    ("reason", "told", "cure"),
    [
        (MonthReason.CERTIFICATE_UNFIT, "yeni tehlike sınıfına (çok tehlikeli) yetmiyor", "yetmeyeni sonlandırın"),
        (MonthReason.CERTIFICATE_EXPIRED, "belgesi artık geçerli değil", "Belge yenilenip kayda alınınca"),
        (MonthReason.FULL_TIME_THRESHOLD, "tam süreli iş güvenliği uzmanı sayısı değişti", "onun yerine geçmez"),
        (MonthReason.NO_PART_TIME, "kısmi süreli sözleşme yok", "kısmi süreli bir sözleşme yapın"),
    ],
)
def test_a_person_to_be_found_is_told_with_reason_and_cure(
    world: World, running: Contract, month: Month, *, reason: MonthReason, told: str, cure: str
) -> None:
    process = month.person(running, reason=reason, hazard_after="very_hazardous")
    client = entered(world, "manager")
    text = text_of(client, "step", process.pk)
    assert told in text
    assert cure in text
    assert "9006 · Uygun bir iş güvenliği uzmanı görevlendirin" in text
    assert "103, Specialist Örnek, 240 dakika" in text
    assert "tehlikeli → çok tehlikeli" in text
    home = client.get(reverse("home")).text
    assert "9006 · Uygun bir iş güvenliği uzmanı görevlendirin" in home


def test_that_a_person_was_found_is_believed_once_the_register_sees_it(
    world: World, running: Contract, month: Month
) -> None:
    process = month.waits(running, 15, 300).process  # the workplace now owes 300 minutes, and has 240
    shortage = month.person(running, reason=MonthReason.NO_PART_TIME)
    client = entered(world, "manager")
    form = {"version": shortage.version, "terms_hash": shortage.terms_hash, "read": "on"}
    refused = client.post(reverse("step_complete", args=[shortage.pk]), form, follow=True)
    assert "Görevlendirme ihtiyacı sürüyor" in refused.text
    assert process is not None
    update = {"version": process.version, "terms_hash": process.terms_hash, "read": "on"}
    client.post(reverse("step_complete", args=[process.pk]), update)
    done = client.post(reverse("step_complete", args=[shortage.pk]), form, follow=True)
    assert "gereken görevlendirmenin yapıldığı kaydedildi" in done.text


def test_a_contracts_page_tells_its_months(world: World, running: Contract, month: Month) -> None:
    month.amended(running, 15, 300)
    later = month_make()
    later.waits(running, 20, 400)
    later.person(running)
    text = text_of(entered(world, "manager"), "contract", running.pk)
    assert "Aylık bildirimle süre 240 → 300 dakika oldu" in text
    assert "Kendiliğinden, aylık bildirimle" in text
    assert "12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12" in text
    assert "Aylık bildirim hizmet verene süre güncellemesi sordu: 300 → 400 dakika" in text
    assert "Aylık bildirimle yeni bir görevlendirme gerekti" in text
    assert text.count("açılan süreç") == 2
    of_employer = text_of(entered(world, "owner"), "contract", running.pk)
    assert "Aylık bildirimle süre 240 → 300 dakika oldu" in of_employer
    assert "açılan süreç" not in of_employer  # what waits for the provider is not the employer's to open


def test_refusals_of_a_month_have_words() -> None:
    assert "Görevlendirme ihtiyacı sürüyor" in refusal_words(RuleViolation("shortage_remains"))
    assert "sonra değişti" in refusal_words(RuleViolation("figures_changed"))
