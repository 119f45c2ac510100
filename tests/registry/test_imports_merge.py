"""What the lists leave in the register."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from katip.processes.deadlines import due_on
from katip.registry.models import (
    Activity,
    ActivityHazard,
    AdministrativeLeave,
    Certificate,
    Mandate,
    Official,
    Payment,
    Professional,
    Provider,
    StaffContract,
    Workplace,
)
from tests.registry.lists import AYSE, CAN, HEADERS, ROWS, SGK, SGK_OTHER, VKN, Lists


@pytest.fixture
def lists(db: None, tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def test_workplaces(lists: Lists) -> None:
    lists.bring("workplaces", ROWS["workplaces"])
    first = Workplace.objects.get(sgk_number=SGK)
    other = Workplace.objects.get(sgk_number=SGK_OTHER)
    assert (first.title, first.vkn, first.province.name, first.district.name) == (
        "Örnek Plastik A.Ş.",
        VKN,
        "Bursa",
        "Nilüfer",
    )
    assert (first.address, first.activity_id, first.closed_on) == ("Sanayi Cad. 1", "22.22.43", None)
    assert (other.province.name, other.district.name, other.closed_on) == ("İstanbul", "Şişli", date(2026, 5, 31))
    moved = (SGK, "Örnek Plastik A.Ş.", "", "bursa", "OSMANGAZİ", "", "22.22.43", "2026-06-30")
    assert lists.bring("workplaces", [moved]).updated == 1
    first.refresh_from_db()
    assert (first.vkn, first.district.name, first.address, first.closed_on) == ("", "Osmangazi", "", date(2026, 6, 30))


def test_workplaces_keep_what_a_shorter_list_does_not_tell(lists: Lists) -> None:
    lists.bring("workplaces", ROWS["workplaces"])
    row = (SGK, "Örnek Plastik ve Kalıp A.Ş.", "016", "Nilüfer", "22.22.43")
    assert lists.bring("workplaces", [row], header="sgk_no,unvan,il,ilce,nace").updated == 1
    workplace = Workplace.objects.get(sgk_number=SGK)
    assert (workplace.title, workplace.vkn, workplace.address) == ("Örnek Plastik ve Kalıp A.Ş.", VKN, "Sanayi Cad. 1")


def test_providers(lists: Lists) -> None:
    lists.bring("providers", ROWS["providers"])
    provider = Provider.objects.get()
    assert (provider.authorisation_no, provider.kind, provider.short_title) == ("OSGB-1", "osgb", "Güven OSGB")
    assert (provider.province.name, provider.district.name) == ("Bursa", "Nilüfer")
    assert (provider.contact_name, provider.contact_phone) == ("Can Çağlar", "2245550101")


def test_professionals_and_staff(lists: Lists) -> None:
    lists.bring_needed("staff")
    certificates = Certificate.objects.order_by("number")
    assert list(certificates.values_list("number", "profession", "certificate_class", "valid_to")) == [
        ("IGU-1", "safety_specialist", "B", None),
        ("IH-1", "workplace_physician", "none", date(2030, 12, 31)),
    ]
    assert Professional.objects.count() == 2
    second = lists.bring("professionals", [(AYSE, "DSP", "", "DSP-1", "2022-01-01", "")])
    assert (second.inserted, Professional.objects.count()) == (1, 2)
    lists.bring("staff", ROWS["staff"])
    ended = lists.bring("staff", [("OSGB-1", AYSE, "11700", "2025-01-01", "2026-06-30")])
    assert (ended.inserted, ended.updated) == (0, 1)
    assert StaffContract.objects.get(professional__person__given_name="Ayşe").valid_to == date(2026, 6, 30)


def test_mandates(lists: Lists) -> None:
    lists.bring_needed("mandates")
    lists.bring("mandates", ROWS["mandates"])
    names = ("person__given_name", "capacity", "workplace__sgk_number", "provider__authorisation_no")
    assert set(Mandate.objects.values_list(*names)) == {
        ("Ayşe", "e_bildirge", SGK_OTHER, None),
        ("Can", "e_bildirge", SGK, None),
        ("Can", "responsible_manager", None, "OSGB-1"),
    }
    ended = lists.bring("mandates", [(CAN, "responsible_manager", "OSGB-1", "2024-01-01", "2026-06-30")])
    assert (ended.inserted, ended.updated) == (0, 1)
    assert Mandate.objects.count() == 3


def test_officials(lists: Lists) -> None:
    lists.bring_needed("officials")
    lists.bring("officials", ROWS["officials"])
    assert list(Official.objects.order_by("role").values_list("role", "province__name")) == [
        ("counter", "Bursa"),
        ("inspector", None),
    ]


def test_payments(lists: Lists) -> None:
    lists.bring_needed("payments")
    lists.bring("payments", ROWS["payments"])
    assert list(Payment.objects.order_by("reference").values_list("amount", "state", "paid_on")) == [
        (Decimal("1234.50"), "paid", date(2026, 6, 15)),
        (Decimal("1234.50"), "refunded", date(2026, 6, 20)),
    ]


# ----------------------------------------------------------------------------------- hazard classes

CODE = "22.22.43"


def classes(code: str) -> list[tuple[str, date, date | None]]:
    rows = ActivityHazard.objects.filter(activity_id=code).order_by("valid_from")
    return list(rows.values_list("hazard_class", "valid_from", "valid_to"))


def other_class(than: str) -> str:
    return "low" if than != "low" else "hazardous"


def test_descriptions_alone_leave_the_classes(lists: Lists) -> None:
    before = classes(CODE)
    result = lists.bring("activities", [(CODE, "Plastik ürün imalatı")], header="code,description")
    assert (result.inserted, result.updated) == (0, 1)
    assert Activity.objects.get(code=CODE).description == "Plastik ürün imalatı"
    assert classes(CODE) == before


def test_the_class_in_force_is_no_change(lists: Lists) -> None:
    ((hazard, start, end),) = classes(CODE)
    lists.bring("activities", [(CODE, "x", "", "", "")])
    for valid_from in ("", "2026-01-01"):
        result = lists.bring("activities", [(CODE, "x", hazard, valid_from, "RG 1")])
        assert (result.inserted, result.updated) == (0, 0)
    assert classes(CODE) == [(hazard, start, end)]


def test_another_class_closes_the_former(lists: Lists) -> None:
    ((hazard, start, _),) = classes(CODE)
    row = (CODE, "x", other_class(hazard), "2026-06-01", "RG 01.06.2026/1")
    result = lists.bring("activities", [row])
    assert (result.inserted, result.updated) == (1, 2)  # the class; the description and the former's end
    expected = [(hazard, start, date(2026, 5, 31)), (other_class(hazard), date(2026, 6, 1), None)]
    assert classes(CODE) == expected
    again = lists.bring("activities", [row])
    assert (again.inserted, again.updated) == (0, 0)
    assert classes(CODE) == expected


def test_several_changes_of_one_code_follow_each_other(lists: Lists) -> None:
    ((hazard, start, _),) = classes(CODE)
    other = other_class(hazard)
    rows = [
        (CODE, "x", hazard, "2026-06-15", "RG 3"),
        (CODE, "x", other, "2026-06-01", "RG 1"),
        (CODE, "x", other, "2026-06-10", "RG 2"),
    ]
    expected = [
        (hazard, start, date(2026, 5, 31)),
        (other, date(2026, 6, 1), date(2026, 6, 14)),
        (hazard, date(2026, 6, 15), None),
    ]
    for _ in range(2):
        lists.bring("activities", rows)
        assert classes(CODE) == expected


def test_a_change_between_two_known_ones_ends_where_the_next_begins(lists: Lists) -> None:
    ((hazard, start, _),) = classes(CODE)
    other = other_class(hazard)
    lists.bring("activities", [(CODE, "x", other, "2026-06-15", "RG 2")])
    lists.bring("activities", [(CODE, "x", "very_hazardous", "2026-06-01", "RG 1")])
    assert classes(CODE) == [
        (hazard, start, date(2026, 5, 31)),
        ("very_hazardous", date(2026, 6, 1), date(2026, 6, 14)),
        (other, date(2026, 6, 15), None),
    ]


def test_a_class_of_the_same_first_day_is_corrected(lists: Lists) -> None:
    ((hazard, start, end),) = classes(CODE)
    lists.bring("activities", [(CODE, "x", other_class(hazard), start.isoformat(), "RG 1")])
    assert classes(CODE) == [(other_class(hazard), start, end)]


@pytest.mark.parametrize(("column", "index"), [("valid_from", 3), ("source", 4)])
def test_another_class_needs_its_day_and_its_source(lists: Lists, column: str, index: int) -> None:
    ((hazard, _, _),) = classes(CODE)
    row = [CODE, "x", other_class(hazard), "2026-06-01", "RG 1"]
    row[index] = ""
    assert lists.refuse("activities", [tuple(row)]) == [(2, column, "", "new_class")]


def test_a_new_code_needs_everything(lists: Lists) -> None:
    header = "code,description"
    assert lists.refuse("activities", [("99.99.01", "Yeni")], header) == [
        (2, "hazard_class", "", "new_code"),
        (2, "source", "", "new_code"),
        (2, "valid_from", "", "new_code"),
    ]
    lists.bring("activities", ROWS["activities"], HEADERS["activities"][0])
    assert classes("99.99.01") == [("very_hazardous", date(2026, 6, 1), None)]


def test_leave_days(lists: Lists) -> None:
    lists.bring("leave_days", ROWS["leave_days"])
    found = AdministrativeLeave.objects.order_by("day").values_list("day", "name")
    assert list(found) == [(date(2026, 5, day), "Kurban Bayramı idari izni") for day in (25, 26)]
    assert lists.bring("leave_days", [("2026-05-26", "Arife")]).updated == 1
    assert due_on(datetime(2026, 5, 22, 9, tzinfo=UTC)) == date(2026, 6, 5)  # leave, the feast, then five days


def test_a_workplace_leads_back_to_its_former_number(lists: Lists) -> None:
    header = f"{HEADERS['workplaces'][0]},predecessor"
    first, other = ROWS["workplaces"]
    lists.bring("workplaces", [(*first, SGK_OTHER), (*other, "")], header=header)
    assert Workplace.objects.get(sgk_number=SGK).predecessor == Workplace.objects.get(sgk_number=SGK_OTHER)
    assert lists.bring("workplaces", [first]).updated == 0  # a shorter list takes nothing back
    assert Workplace.objects.get(sgk_number=SGK).predecessor is not None
    assert lists.bring("workplaces", [(*first, "")], header=header).updated == 1
    assert Workplace.objects.get(sgk_number=SGK).predecessor is None


def test_a_provider_has_a_workplace_of_its_own(lists: Lists) -> None:
    lists.bring_needed("providers")
    header = f"{HEADERS['providers'][0]},sgk_number"
    [row] = ROWS["providers"]
    lists.bring("providers", [(*row, SGK)], header=header)
    assert Provider.objects.get().workplace == Workplace.objects.get(sgk_number=SGK)
    assert lists.bring("providers", [row]).updated == 0
    assert Provider.objects.get().workplace is not None
    assert lists.bring("providers", [(*row, "")], header=header).updated == 1
    assert Provider.objects.get().workplace is None
