"""Runs that begin from lists: fallen offers anew, many contracts ended, contact and consent of many workplaces."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from katip.audit.log.sequence import sequence_all
from katip.contracts.models import Contract
from katip.contracts.services.end import contract_end
from katip.core.actor import OPERATOR
from katip.core.clock import day_of
from katip.processes.models import Outcome
from katip.registry.models import ContactDeclaration, District, Headcount
from katip.rules import ContractState
from katip.runs.models import Run
from katip.runs.receipts.make import receipt_make
from katip.runs.receipts.models import RunReceipt
from katip.runs.services.carry import run_carry
from tests.cast import World, e_bildirge, entered, signed_in, workplace

pytestmark = pytest.mark.django_db
NOTE = "İşyerleri başka bir kurumla çalışacak."


def now() -> datetime:
    return datetime.now(UTC)


def confirmed(client: Client) -> Run:
    """Tick what was read, and carry it out."""
    run = Run.objects.latest("pk")
    client.post(reverse("run_confirm", args=[run.pk]), {"ozet": run.shown_hash, "read_0": "on"})
    run.refresh_from_db()
    while run_carry(run=run, at=now()):
        pass
    run.refresh_from_db()
    return run


def rejected(world: World, code: int = 103, **terms: Any) -> Contract:
    contract = world.offer(code, at=now(), **terms)
    role = "specialist" if code == 103 else "physician"
    world.decide(role, contract, at=now(), outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    return contract


def test_fallen_offers_are_chosen_read_and_sent_anew(world: World) -> None:
    """Ticked ones or all under the filter; the page to be read says which minutes were raised."""
    one, other = rejected(world), rejected(world, 140)
    client = entered(world, "manager")
    page = client.get(reverse("run_reoffer"))
    assert [row["no"] for row in page.context["rows"]] == [other.pk, one.pk]
    assert page.text.count("Nedeni: Bu işyerine gidemem.") == 2
    Headcount.objects.filter(workplace=world.workplace).update(employees=20)
    read = client.post(reverse("run_reoffer"), {"kapsam": "secili", "sozlesme": [one.pk]}, follow=True)
    assert "1 teklifi yeniden gönderin" in read.text
    assert "Nedeni: Bu işyerine gidemem." in read.text
    assert "400 dakika" in read.text
    assert "önceki teklifte 240" in read.text
    asked = {"kapsam": "tumu", "gorev": "workplace_physician"}
    assert "200 dakika" in client.post(reverse("run_reoffer"), asked, follow=True).text
    run = confirmed(client)
    assert (run.total, run.done) == (1, 1)
    assert Contract.objects.get(predecessor=other).minutes == 200
    assert not Contract.objects.filter(predecessor=one).exists()
    page = client.get(reverse("run", args=[run.pk]))
    assert "1 teklif yeniden gönderildi." in page.text
    assert [row["no"] for row in client.get(reverse("run_reoffer")).context["rows"]] == [one.pk]


def test_nothing_chosen_is_said(world: World) -> None:
    client = entered(world, "manager")
    assert "Düşen teklif yok" in client.get(reverse("run_reoffer")).text
    page = client.post(reverse("run_reoffer"), {"kapsam": "secili", "sozlesme": ["x", "999999"]}, follow=True)
    assert "Önce yeniden teklif edilecek sözleşmeleri işaretleyin." in page.text
    assert not Run.objects.exists()


def test_many_contracts_are_ended_with_one_day_and_one_reason(world: World) -> None:
    """What was typed and ticked stays when something is missing; one ended meanwhile keeps only itself back."""
    contracts = [world.active(at=now()), world.active(140, at=now())]
    client = entered(world, "manager")
    ticked = {"kapsam": "secili", "sozlesme": [one.pk for one in contracts]}
    page = client.post(reverse("run_end"), ticked | {"last_day": "31.12.2099", "note": "kısa"})
    assert page.status_code == 422
    assert page.context["ticked"] == {one.pk for one in contracts}
    assert 'value="31.12.2099"' in page.text
    today = day_of(now())
    posted = ticked | {"last_day": f"{today:%d.%m.%Y}", "note": NOTE}
    read = client.post(reverse("run_end"), posted, follow=True)
    assert "2 sözleşmeyi sonlandırın" in read.text
    assert "Son gün bugün: sözleşmeler hemen sonlanır" in read.text
    assert "2 sözleşme o gün 30 günü aşmamış olur" in read.text
    assert NOTE in read.text
    assert "hepsi sonlanınca 1 işyerinde yasanın istediği hizmet eksik kalır" in read.text
    owner = world.actor("owner", at=now())
    contract_end(actor=owner, at=now(), contract_id=contracts[1].pk, last_day=today, note=NOTE)
    assert "siz okurken değişti" not in read.text
    read = client.get(read.redirect_chain[-1][0])
    assert "1 sözleşme siz okurken değişti" in read.text
    assert [line["url"] for line in read.context["review"]["rows"]] == [reverse("contract", args=[contracts[0].pk])]
    run = confirmed(client)
    assert (run.done, run.refused) == (1, 1)
    contracts[0].refresh_from_db()
    assert contracts[0].state == ContractState.ENDED
    page = client.get(reverse("run", args=[run.pk]))
    assert "Bu sözleşme zaten sonlandırılmış." in page.text
    assert "Yeniden ele al" not in page.text
    assert "hiçbiri artık sizi beklemiyor" in page.text


def test_what_was_refused_and_still_runs_can_be_taken_up_again(world: World) -> None:
    """Minutes that changed meanwhile: the row comes back as it is now."""
    contract = world.active(at=now())
    client = entered(world, "manager")
    posted = {"last_day": f"{day_of(now()):%d.%m.%Y}", "note": NOTE, "kapsam": "tumu"}
    client.post(reverse("run_end"), posted)
    newer = contract.versions.get()
    newer.pk, newer.no, newer.minutes, newer.valid_from = None, 2, 300, now()
    newer.save()
    run = confirmed(client)
    assert run.refused == 1
    page = client.get(reverse("run", args=[run.pk]))
    assert "Koşulları, siz gördükten sonra değişti." in page.text
    assert "Yeniden ele al</button>" in page.text
    again = client.post(reverse("run_again", args=[run.pk]), follow=True)
    assert again.redirect_chain == [(reverse("run_review", args=[Run.objects.latest("pk").pk]), 302)]


def test_an_employer_sees_the_contracts_of_every_workplace(world: World) -> None:
    """Whichever of them was chosen; strangers see none of them."""
    contract = world.active(at=now())
    second = workplace(40)
    e_bildirge(world.owner, second)
    client = entered(world, "owner")
    assert [row["no"] for row in client.get(reverse("run_end")).context["rows"]] == [contract.pk]
    assert entered(world, "stranger").get(reverse("run_end")).context["rows"] == []
    stranger = entered(world, "stranger")
    posted = {"kapsam": "secili", "sozlesme": [contract.pk], "last_day": "31.12.2026", "note": NOTE}
    posted["last_day"] = f"{day_of(now()):%d.%m.%Y}"
    page = stranger.post(reverse("run_end"), posted, follow=True)
    assert "Seçtikleriniz artık devam etmiyor" in page.text


def contact_fields(**changed: Any) -> dict[str, Any]:
    typed = {"phone": "5550000000", "email": "muhasebe@ornek.com.tr", "text_version": "otomatik-guncelleme/2"}
    return typed | {"auto_update": "evet"} | changed


def test_one_declaration_for_many_workplaces_with_the_place_of_each(world: World) -> None:
    """Il and ilçe come from the register, can be corrected in the row, and nothing is picked beforehand."""
    second = workplace(50)
    e_bildirge(world.owner, second)
    client = signed_in(world.owner)
    page = client.get(reverse("run_contact"))
    assert 'name="auto_update"' in page.text
    assert page.text.count(" checked") == 0
    rows = {row["no"]: row for row in page.context["rows"]}
    place = world.workplace.district
    assert rows[world.workplace.pk]["place"] == f"{place.province.name}, {place.name}"
    both = {"isyeri": [world.workplace.pk, second.pk], "kapsam": "secili"}
    wrong = client.post(reverse("run_contact"), contact_fields(**both, **{f"yer_{second.pk}": "Bursa Yok"}))
    assert wrong.status_code == 422
    assert "İl ve ilçeyi virgülle yazın: Bursa, Nilüfer." in wrong.text
    assert "Bursa Yok" in wrong.text
    assert wrong.text.count(" checked") == 3
    read = client.post(
        reverse("run_contact"), contact_fields(**both, **{f"yer_{second.pk}": "ANKARA / çankaya"}), follow=True
    )
    assert "2 işyeri için beyan edin" in read.text
    assert "Ankara, Çankaya" in read.text
    assert "siz düzelttiniz" in read.text
    back = client.get(f"{reverse('run_contact')}?taslak={Run.objects.latest('pk').pk}")
    assert 'value="5550000000"' in back.text
    assert 'value="Ankara, Çankaya"' in back.text
    assert back.text.count(" checked") == 3
    foreign = signed_in(world.stranger).get(f"{reverse('run_contact')}?taslak={Run.objects.latest('pk').pk}")
    assert "5550000000" not in foreign.text
    run = confirmed(client)
    assert (run.total, run.done) == (2, 2)
    assert ContactDeclaration.objects.get(workplace=second).district == District.objects.get(
        name="Çankaya", province__name="Ankara"
    )
    assert ContactDeclaration.objects.get(workplace=world.workplace).auto_update is True


def test_a_declaration_asks_for_what_is_missing_and_for_a_workplace(world: World) -> None:
    client = signed_in(world.owner)
    page = client.post(reverse("run_contact"), contact_fields(phone="05550000000", kapsam="secili"))
    assert page.status_code == 422
    assert "Beyan telefonunu başındaki 0 olmadan yazın" in page.text
    assert "Önce hangi işyerleri için beyan ettiğinizi işaretleyin." in page.text
    foreign = contact_fields(kapsam="secili", isyeri=[world.elsewhere.pk])
    assert client.post(reverse("run_contact"), foreign).status_code == 422
    assert not Run.objects.exists()


def test_receipts_are_for_the_person_of_the_run(world: World) -> None:
    """Told while they are made, taken as files once they are, one for each workplace; nobody else's."""
    client = signed_in(world.owner)
    client.post(reverse("run_contact"), contact_fields(kapsam="tumu"))
    run = confirmed(client)
    assert "Mühürlü makbuz hazırlanıyor" in client.get(reverse("run", args=[run.pk])).text
    assert "hazırlanıyor" in client.get(reverse("run_receipts", args=[run.pk])).text
    sequence_all(now())
    while receipt_make(actor=OPERATOR, at=now() + timedelta(seconds=5)).made:
        pass
    assert reverse("run_receipts", args=[run.pk]) in client.get(reverse("run", args=[run.pk])).text
    page = client.get(reverse("run_receipts", args=[run.pk]))
    assert world.workplace.title in page.text
    for part in (1, 2):
        url = reverse("run_receipt", args=[run.pk, part])
        assert url in page.text
        file = client.get(url)
        assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    stranger = signed_in(world.stranger)
    assert stranger.get(reverse("run_receipts", args=[run.pk])).status_code == 404
    assert stranger.get(reverse("run_receipt", args=[run.pk, 1])).status_code == 404


def test_anybody_can_check_a_receipt_by_its_code_and_by_its_file(world: World) -> None:
    """Initials only; a changed file is none, and a code of one that is not made yet is unknown."""
    client = signed_in(world.owner)
    client.post(reverse("run_contact"), contact_fields(kapsam="tumu"))
    confirmed(client)
    receipt = RunReceipt.objects.order_by("no")[0]
    anybody, url = Client(), reverse("verify_code", args=[receipt.code])
    assert anybody.get(url).status_code == 404
    sequence_all(now())
    while receipt_make(actor=OPERATOR, at=now() + timedelta(seconds=5)).made:
        pass
    page = anybody.get(url)
    assert "Bu makbuz kayıtta var" in page.text
    assert "O*** Ö***" in page.text
    own = anybody.get(reverse("verify_code", args=[RunReceipt.objects.get(is_own=True).code]))
    assert world.workplace.title in own.text
    assert world.owner.name not in page.text
    assert "kanit.json" not in page.text
    content = bytes(receipt.file.content)
    upload = anybody.post(reverse("verify"), {"file": SimpleUploadedFile("makbuz.pdf", content)})
    assert "Bu makbuz gerçek ve değişmemiş" in upload.text
    other = content.replace(b"/Title", b"/Titel", 1)
    changed = anybody.post(reverse("verify"), {"file": SimpleUploadedFile("makbuz.pdf", other)})
    assert "Bu makbuz gerçek" not in changed.text
