"""Sheets of offers on the pages: uploaded, shown row by row, downloaded, offered all or none."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from katip.contracts.models import Contract, OfferSheet
from katip.documents.offers import COLUMNS, offers_read, offers_write
from katip.registry.models import Certificate, Mandate, Provider, StaffContract
from tests.cast import World, entered, national_id, workplace

NEW = "offer_sheet_new"


def rows_of(world: World) -> list[list[str]]:
    specialist, physician = world.specialist.national_id, world.physician.national_id
    return [
        [world.workplace.sgk_number, specialist, "103", "", ""],
        [world.workplace.sgk_number, physician, "İşyeri hekimi", "", "Kısmi süreli"],
        [world.elsewhere.sgk_number, specialist, "103", "300", ""],
    ]


def upload(client: Client, rows: list[list[str]], name: str = "kasım teklifleri.xlsx") -> Any:
    return client.post(reverse(NEW), {"file": SimpleUploadedFile(name, offers_write(rows))})


def uploaded(world: World, client: Client, rows: list[list[str]] | None = None) -> OfferSheet:
    response = upload(client, rows or rows_of(world))
    sheet = OfferSheet.objects.latest("pk")
    assert response.headers["Location"] == reverse("offer_sheet", args=[sheet.pk])
    return sheet


def shown(client: Client, sheet: OfferSheet, **query: str) -> str:
    response = client.get(reverse("offer_sheet", args=[sheet.pk]), query)
    assert response.status_code == 200
    return str(response.text)


def test_a_right_file_is_shown_with_totals_and_offered_in_one_go(world: World) -> None:
    client = entered(world, "manager")
    assert "Örnek dosyayı indir" in client.get(reverse(NEW)).text
    sheet = uploaded(world, client)
    page = shown(client, sheet)
    assert "Bütün satırlar uygun" in page
    assert "Hepsini teklif et (3)" in page
    assert "660 dakika" in page
    assert page.count("yasal alt sınır") == 2
    assert not Contract.objects.exists()
    response = client.post(reverse("offer_sheet", args=[sheet.pk]))
    assert response.headers["Location"] == reverse("offer_sheet", args=[sheet.pk])
    page = shown(client, sheet)
    assert "3 teklif gönderildi." in page
    for contract in Contract.objects.all():
        assert reverse("step", args=[contract.process_id]) in page
    assert Contract.objects.count() == 3
    client.post(reverse("offer_sheet", args=[sheet.pk]))
    assert Contract.objects.count() == 3


def test_a_file_with_wrong_rows_cannot_be_offered_and_each_says_why(world: World) -> None:
    client = entered(world, "manager")
    rows = [*rows_of(world), ["2" * 26, world.specialist.national_id, "103", "", ""], ["x", "y", "z", "?", "?"]]
    sheet = uploaded(world, client, rows)
    page = shown(client, sheet)
    assert "Dosyada düzeltilecek satırlar var" in page
    assert "Hepsini teklif et" not in page
    assert "Satır 5" in page
    assert "bu kayıtta bir işyeri yok" in page
    assert "SGK numarası okunamadı" in page
    assert "Satır 2" not in page  # what must be corrected comes first
    assert "Satır 2" in shown(client, sheet, liste="hepsi")
    client.post(reverse("offer_sheet", args=[sheet.pk]))
    assert not Contract.objects.exists()


def test_what_changed_meanwhile_offers_nothing_and_shows_the_row(world: World) -> None:
    client = entered(world, "manager")
    sheet = uploaded(world, client)
    Certificate.objects.filter(professional=world.professionals[103]).update(certificate_class="C")
    client.post(reverse("offer_sheet", args=[sheet.pk]))
    page = shown(client, sheet)
    assert "hiçbir teklif gönderilmedi" in page
    assert "C sınıfı belge, tehlikeli sınıftaki" in page
    assert escape("A ya da B sınıfı belgeli bir uzman seçin.") in page
    assert not Contract.objects.exists()


def test_rows_that_overspend_together_name_each_other(world: World) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=500)
    client = entered(world, "manager")
    page = shown(client, uploaded(world, client))
    assert "540 dakika yazıyor" in page
    assert "40 dakika fazla" in page
    assert "Satırlar: 2, 4" in page


def test_the_results_come_as_the_same_columns_and_can_be_sent_in_again(world: World) -> None:
    client = entered(world, "manager")
    unknown = national_id(77)
    rows = [*rows_of(world)[:2], [world.elsewhere.sgk_number, unknown, "103", "", ""]]
    sheet = uploaded(world, client, rows)
    response = client.get(reverse("offer_sheet_results", args=[sheet.pk]))
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert response.headers["Content-Disposition"].startswith("attachment")
    again = offers_read(response.content)
    assert [(one.sgk_number, one.national_id, one.code, one.fault) for one in again] == [
        (world.workplace.sgk_number, world.specialist.national_id, 103, ""),
        (world.workplace.sgk_number, world.physician.national_id, 140, ""),
        (world.elsewhere.sgk_number, unknown, 103, ""),
    ]
    page = shown(client, sheet)
    assert unknown not in page
    assert f"{unknown[:3]}•••••{unknown[-3:]}" in page


def test_the_template_is_a_file_that_the_check_understands(world: World) -> None:
    response = entered(world, "manager").get(reverse("offer_sheet_template"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="teklif-ornegi.xlsx"'
    assert [one.fault for one in offers_read(response.content)] == [""]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"", "boş"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old", "Eski biçimli"),
        ("a.csv", b"Ad;Soyad\r\nx;y", "Başlık satırı bulunamadı"),
        ("a.csv", b"T.C. kimlik no;Kod\r\n1;2", "“İşyeri SGK no” sütunu yok"),
        ("a.csv", ";".join(column.header for column in COLUMNS).encode(), "teklif satırı yok"),
        ("a.xlsx", b"PK\x03\x04 broken", "Dosya okunamadı"),
        ("a.csv", b"x" * (2 * 1024 * 1024 + 1), "2 MB"),
    ],
)
def test_an_odd_file_is_said_and_nothing_is_kept(world: World, name: str, content: bytes, words: str) -> None:
    client = entered(world, "manager")
    response = client.post(reverse(NEW), {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert words in response.text
    assert not OfferSheet.objects.exists()
    assert client.post(reverse(NEW)).status_code == 422


def test_a_file_can_be_put_aside(world: World) -> None:
    client = entered(world, "manager")
    sheet = uploaded(world, client)
    assert client.post(reverse("offer_sheet", args=[sheet.pk]), {"vazgec": "1"}).headers["Location"] == reverse(NEW)
    assert "Vazgeçildi" in client.get(reverse(NEW)).text
    page = shown(client, sheet)
    assert "Hepsini teklif et" not in page
    client.post(reverse("offer_sheet", args=[sheet.pk]))
    assert not Contract.objects.exists()


def test_offering_asks_the_second_step_again_where_it_is_old(world: World) -> None:
    sheet = uploaded(world, entered(world, "manager"))
    response = entered(world, "manager", proof_age=3600).post(reverse("offer_sheet", args=[sheet.pk]))
    assert response.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Contract.objects.exists()


def test_another_provider_s_sheet_looks_like_none_at_all(world: World) -> None:
    client = entered(world, "manager")
    sheet = uploaded(world, client)
    theirs = Provider.objects.get()
    theirs.pk, theirs.authorisation_no = None, "ÖRNEK-0009"
    theirs.save()
    Mandate.objects.create(
        person=world.manager, capacity="responsible_manager", provider=theirs, valid_from=date(2020, 1, 1)
    )
    world.provider = theirs
    stranger = entered(world, "manager")
    for route in ("offer_sheet", "offer_sheet_results"):
        assert stranger.get(reverse(route, args=[sheet.pk])).status_code == 404
    assert stranger.post(reverse("offer_sheet", args=[sheet.pk])).status_code == 404
    assert sheet.file_name not in stranger.get(reverse(NEW)).text
    assert not Contract.objects.exists()


def test_a_long_file_is_turned_by_pages_and_asks_as_often_as_a_short_one(world: World) -> None:
    client = entered(world, "manager")
    StaffContract.objects.update(minutes=1_000_000)
    number = world.specialist.national_id
    places = [workplace(100 + place) for place in range(150)]
    asked = []
    for count in (3, 150):
        sheet = uploaded(world, client, [[one.sgk_number, number, "103", "", ""] for one in places[:count]])
        with CaptureQueriesContext(connection) as captured:
            page = shown(client, sheet)
        asked.append(len(captured))
    assert asked[0] == asked[1]
    assert page.count('scope="row"') == 100
    following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert client.get(following).text.count('scope="row"') == 50


@pytest.mark.parametrize("odd", ["?sonra=²", "?sonra=99999999999999999999", "?liste=%00", "?sonra=-1"])
def test_an_odd_address_is_no_fault(world: World, odd: str) -> None:
    client = entered(world, "manager")
    sheet = uploaded(world, client)
    assert client.get(reverse("offer_sheet", args=[sheet.pk]) + odd).status_code == 200
    assert client.get(reverse(NEW) + odd).status_code == 200


def test_an_offer_in_the_meantime_is_no_half_offer(world: World) -> None:
    client = entered(world, "manager")
    sheet = uploaded(world, client)
    world.offer(at=datetime.now(UTC))
    client.post(reverse("offer_sheet", args=[sheet.pk]))
    assert Contract.objects.count() == 1
    assert "zaten onay bekliyor" in shown(client, sheet)
