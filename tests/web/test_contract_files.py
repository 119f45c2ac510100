"""What leaves the lists as a file, what a provider's own file says beside the register, and what is made anew."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from katip.audit.models import Event, EventDetail
from katip.contracts.models import Contract, OfferDraft
from katip.contracts.services.drafts import Begun, drafts_open
from katip.core.errors import PermissionRefusedError
from katip.documents.sheet import COLUMNS, sheet_read, sheet_write
from katip.registry.models import Provider, Workplace
from katip.rules import Profession, RuleViolation
from tests.cast import World, entered, workplace

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)
EXPORT = "/sozlesmeler/disa-aktar/"
COMPARE = "/sozlesmeler/karsilastir/"


def taken(client: Client, **asked: str) -> bytes:
    response = client.post(EXPORT, {"liste": "tum"} | asked)
    assert response.status_code == 200, response
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    return b"".join(response)


def name_taken(client: Client) -> str:
    response = client.post(EXPORT, {"liste": "tum"})
    response.close()
    return str(response.headers["Content-Disposition"])


def cells(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def numbers(content: bytes) -> list[str]:
    """The contracts' ids in an exported workbook."""
    return [str(row[2]) for row in cells(content)[1:]]


def upload(client: Client, content: bytes, name: str = "liste.xlsx") -> Any:
    return client.post(COMPARE, {"file": SimpleUploadedFile(name, content)}, follow=True)


class TestExport:
    def test_it_has_what_the_list_shows_tab_and_filters_alike(self, world: World) -> None:
        running, offered = world.active(at=NOW), world.offer(140, at=NOW)
        manager = entered(world, "manager")
        assert numbers(taken(manager)) == [str(offered.pk), str(running.pk)]
        assert numbers(taken(manager, liste="devam")) == [str(running.pk)]
        assert numbers(taken(manager, gorev="workplace_physician")) == [str(offered.pk)]
        assert numbers(taken(manager, ara="specialist")) == [str(running.pk)]
        assert numbers(taken(entered(world, "stranger"))) == []

    def test_a_file_that_lacks_rows_says_so_and_so_does_the_page(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.active(at=NOW)
        world.offer(140, at=NOW)
        manager = entered(world, "manager")
        page, words = f"{reverse('contracts')}?liste=tum", "Bir dosyada en çok 50.000 sözleşme olur."
        assert "_ILK_" not in name_taken(manager)
        assert words not in manager.get(page).text
        monkeypatch.setattr("katip.web.contracts.views.COUNTED", 2)
        assert words in manager.get(page).text
        monkeypatch.setattr("katip.documents.services.export.MOST_ROWS", 1)
        assert "AKTAR_ILK_1_" in name_taken(manager)

    def test_a_page_has_its_rows_in_its_order(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("katip.web.contracts.views.PAGE", 1)
        monkeypatch.setattr("katip.web.contracts.export.PAGE", 1)
        first, second = world.active(at=NOW), world.offer(140, at=NOW)
        manager = entered(world, "manager")
        page = manager.get("/sozlesmeler/?liste=tum&sirala=tarih")
        hidden = dict(page.context["export"]["hidden"])
        assert numbers(taken(manager, **hidden, kapsam="sayfa")) == [str(first.pk)]
        following = manager.get(page.context["next_url"])
        hidden = dict(following.context["export"]["hidden"])
        assert numbers(taken(manager, **hidden, kapsam="sayfa")) == [str(second.pk)]
        assert len(numbers(taken(manager, **hidden, kapsam="tumu"))) == 2

    def test_three_forms(self, world: World) -> None:
        world.active(at=NOW)
        owner = entered(world, "owner")
        exact, typed = cells(taken(owner)), cells(taken(owner, bicim="typed"))
        assert list(exact[0]) == [column.header for column in COLUMNS]
        assert all(isinstance(value, str) for value in exact[1])
        assert 240 in typed[1]
        lines = list(csv.reader(io.StringIO(taken(owner, bicim="csv").decode("utf-8-sig")), delimiter=";"))
        assert len(lines) == 2
        assert len(lines[1]) == 46

    def test_it_is_written_down_without_whom_one_looked_for(self, world: World) -> None:
        world.active(at=NOW)
        response = entered(world, "manager").post(EXPORT, {"liste": "tum", "ara": "specialist", "bicim": "csv"})
        assert "ISG_HIZMET_SOZLESME_SURECI_DISA_AKTAR_" in response.headers["Content-Disposition"]
        assert b"".join(response)  # read to its end, it closes the file
        event = Event.objects.get(tag="documents:contracts:exported")
        assert (event.actor_id, event.organisation_id) == (world.manager.pk, world.provider.pk)
        assert EventDetail.objects.get(event=event).body == {
            "rows": 1,
            "form": "csv",
            "asked": {"liste": "tum", "ara": True, "page": False},
        }

    def test_professionals_take_no_sheet(self, world: World) -> None:
        world.active(at=NOW)
        response = entered(world, "specialist").post(EXPORT, {"liste": "tum"})
        assert response.headers["Location"] == reverse("assignments")
        assert not Event.objects.filter(tag="documents:contracts:exported").exists()


class TestComparing:
    def test_ones_own_export_is_the_same_and_nothing_is_written(self, world: World) -> None:
        world.active(at=NOW)
        manager = entered(world, "manager")
        content = taken(manager)
        before = Event.objects.count(), Contract.objects.count()
        page = upload(manager, content)
        assert "Dosya ile kayıt aynı" in page.text
        assert "Dosya onay yerine geçmez" in page.text
        assert (Event.objects.count(), Contract.objects.count()) == before

    def changed(self, world: World, client: Client) -> bytes:
        """A sheet that differs in minutes, lacks one contract and has one that is not here."""
        world.active(at=NOW)
        offered = world.offer(140, at=NOW)
        rows = [dict(row.cells) for row in sheet_read(taken(client))]
        running = next(row for row in rows if row["contract_id"] != str(offered.pk))
        missing = next(row for row in rows if row["contract_id"] == str(offered.pk))
        running["minutes"] = "300"
        missing |= {"contract_id": "99887766", "workplace_sgk": world.elsewhere.sgk_number}
        file = io.BytesIO()
        sheet_write(file, rows)
        return file.getvalue()

    def test_each_row_finds_its_list_and_missing_ones_become_drafts(self, world: World) -> None:
        manager = entered(world, "manager")
        page = upload(manager, self.changed(world, manager))
        counts = {tab["url"].partition("liste=")[2]: tab["count"] for tab in page.context["tabs"]}
        assert counts == {"farkli": 1, "burada-yok": 1, "dosyada-yok": 1, "hatali": 0, "bitmis": 0}
        assert "Çalışma Süresi: dosyada 300, burada 240" in page.text
        missing = manager.get(f"{COMPARE}?liste=burada-yok")
        [row] = missing.context["rows"]
        assert manager.get(f"{COMPARE}?liste=burada-yok&ara=bulunmaz").context["rows"] == []
        assert len(manager.get(f"{COMPARE}?liste=burada-yok&ara=physician").context["rows"]) == 1
        before = Contract.objects.count()
        made = manager.post(reverse("contracts_reconcile_drafts"), {"satir": row["line"]})
        assert made.headers["Location"] == reverse("offer_drafts")
        draft = OfferDraft.objects.get()
        assert (draft.code, draft.provider_id, draft.state) == (140, world.provider.pk, "draft")
        assert draft.fields["workplace_id"] == world.elsewhere.pk
        assert draft.fields["professional_id"] == world.professionals[140].pk
        assert draft.fields["read"] == ""
        assert Contract.objects.count() == before
        manager.post(reverse("contracts_reconcile_drafts"), {"satir": row["line"]})
        assert OfferDraft.objects.count() == 1  # not twice

    def test_what_was_found_can_be_taken_and_forgotten(self, world: World) -> None:
        manager = entered(world, "manager")
        upload(manager, self.changed(world, manager))
        file = manager.get(f"{reverse('contracts_reconcile_download')}?liste=farkli")
        lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
        assert len(lines) == 2
        assert "dosyada 300, burada 240" in lines[1][-1]
        manager.post(reverse("contracts_reconcile_close"))
        assert "Yükle ve karşılaştır" in manager.get(COMPARE).text

    def test_what_a_spreadsheet_would_run_is_text_in_the_file(self, world: World) -> None:
        manager = entered(world, "manager")
        [row] = [dict(row.cells) for row in sheet_read(self.changed(world, manager)) if row.cells["minutes"] == "300"]
        file = io.BytesIO()
        sheet_write(file, [row | {"workplace_sgk": "22", "professional_name": "=1+1", "workplace_title": "'@SUM(A1)"}])
        upload(manager, file.getvalue())
        found = manager.get(f"{reverse('contracts_reconcile_download')}?liste=hatali").content.decode("utf-8-sig")
        assert '"\'=1+1"' in found
        assert "\"''@SUM(A1)\"" in found

    def test_nobody_else_sees_what_was_found(self, world: World) -> None:
        manager = entered(world, "manager")
        upload(manager, self.changed(world, manager))
        assert "Yükle ve karşılaştır" in entered(world, "manager").get(COMPARE).text

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "Seçtiğiniz dosya boş."),
            (b"a;b\n1;2\n", "Başlık satırı bulunamadı"),
            (b"PK\x03\x04 no workbook", "Dosya okunamadı"),
            ("Hizmet Alan İşyeri SGK/DETSİS No;Çalışma Süresi\n1;2\n".encode(), "sütunu yok"),
        ],
    )
    def test_a_file_that_is_no_sheet_is_told_so(self, world: World, content: bytes, words: str) -> None:
        page = upload(entered(world, "manager"), content, "liste.csv")
        assert page.status_code == 422
        assert words in page.text

    def test_drafts_are_for_the_providers_manager_while_it_may_offer(self, world: World) -> None:
        begun = [Begun(Profession.SAFETY_SPECIALIST, world.workplace.sgk_number, world.professionals[103].pk, 240)]
        for role in ("owner", "specialist", "stranger"):
            with pytest.raises(PermissionRefusedError):
                drafts_open(actor=world.actor(role, at=NOW), at=NOW, begun=begun)
        with pytest.raises(ValueError, match="200"):
            drafts_open(actor=world.actor("manager", at=NOW), at=NOW, begun=begun * 201)
        [draft] = drafts_open(actor=world.actor("manager", at=NOW), at=NOW, begun=begun)
        assert draft.fields["minutes"] == 240
        assert Event.objects.filter(tag="contract:draft:opened", subject_id=draft.pk).exists()
        Provider.objects.update(suspended_on=NOW.date() - timedelta(days=1))
        with pytest.raises(RuleViolation, match="provider_suspended"):
            drafts_open(actor=world.actor("manager", at=NOW), at=NOW, begun=begun)


class TestMakingAnew:
    def renumbered(self, world: World) -> tuple[Contract, Workplace]:
        contract = world.active(at=NOW - timedelta(days=9))
        new = workplace(77)
        Workplace.objects.filter(pk=new.pk).update(predecessor=world.workplace)
        Contract.objects.filter(pk=contract.pk).update(
            state="ended", end_reason="workplace_closed", ended_at=NOW, ends_on=NOW.date()
        )
        return contract, new

    def test_ticked_contracts_are_offered_at_the_new_number(self, world: World) -> None:
        contract, new = self.renumbered(world)
        manager = entered(world, "manager")
        url = reverse("contracts_renumbered")
        assert "Hepsini yeni numarada yeniden teklif edin" in manager.get("/sozlesmeler/").text
        [row] = manager.get(url).context["rows"]
        assert row["no"] == contract.pk
        sent = manager.post(url, {"sozlesme": contract.pk}, follow=True)
        assert "1 teklif yeni numaraya gönderildi." in sent.text
        made = Contract.objects.get(workplace=new)
        assert (made.predecessor_id, made.state, made.minutes) == (contract.pk, "awaiting_professional", 240)
        assert manager.get(url).context["rows"] == []
        assert "Hepsini yeni numarada" not in manager.get("/sozlesmeler/").text

    def test_none_is_sent_where_one_is_refused(self, world: World) -> None:
        contract, _new = self.renumbered(world)
        Provider.objects.update(suspended_on=NOW.date() - timedelta(days=1))
        page = entered(world, "manager").post(reverse("contracts_renumbered"), {"sozlesme": contract.pk}, follow=True)
        assert "Hiçbir teklif gönderilmedi." in page.text
        assert "askıda" in page.text
        assert Contract.objects.count() == 1

    def test_foreign_numbers_are_refused(self, world: World) -> None:
        self.renumbered(world)
        page = entered(world, "manager").post(reverse("contracts_renumbered"), {"sozlesme": 10**9})
        assert page.status_code == 302
        assert Contract.objects.count() == 1
