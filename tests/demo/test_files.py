from collections import Counter
from datetime import date

from katip.demo.generate import ACCOUNTANT
from katip.demo.people import OWN_PHYSICIAN
from katip.demo.world import FILES, NEWEST, NOVEMBER, OFFERS
from katip.rules import hazard_class_of, parse_national_id, parse_phone, parse_sgk_number, parse_vkn
from tests.demo.files import WORLD, is_excel, rows

TODAY = date(2026, 10, 31)


def test_every_file_is_imported() -> None:
    names = [*(name for _, name in FILES), NOVEMBER, NEWEST, OFFERS]
    assert sorted(names) == sorted(path.name for path in WORLD.glob("*.csv"))


def test_both_dialects_are_in_use() -> None:
    assert sorted(name for _, name in FILES if is_excel(name)) == ["payments.csv", "professionals.csv", "staff.csv"]


def test_forty_workplaces_cover_the_hazard_classes_and_the_country() -> None:
    workplaces = rows("workplaces.csv")
    hazards = Counter(hazard_class_of(row["nace"], TODAY) for row in workplaces)
    assert len(workplaces) >= 40
    assert min(hazards.values()) >= 10
    assert len(hazards) == 3
    assert len({row["province"] for row in workplaces}) >= 8


def test_every_number_of_a_workplace_fits() -> None:
    workplaces = rows("workplaces.csv") + rows("accountant_workplaces.csv")
    numbers = [parse_sgk_number(row["sgk_number"]) for row in workplaces]
    assert all(number.control_digits_fit() for number in numbers)
    assert len(set(numbers)) == len(workplaces)
    assert all(parse_vkn(row["vkn"]) for row in workplaces)


def test_every_title_says_that_it_is_invented() -> None:
    invented = ("Örnek", "Deneme", "Misal", "Numune", "Temsil", "Emsal", "Taslak", "Kurgu", "Prova", "Model")
    titles = [row["title"] for name in ("workplaces.csv", "accountant_workplaces.csv") for row in rows(name)]
    assert [title for title in titles if not any(word in title for word in invented)] == []


def test_every_person_has_a_number_of_the_synthetic_range() -> None:
    assert all(parse_national_id(row["national_id"]).startswith("1000000") for row in rows("people.csv"))


def test_activities_are_described_where_they_are_used_and_nowhere_else() -> None:
    used = {row["nace"] for name in ("workplaces.csv", "accountant_workplaces.csv") for row in rows(name)}
    assert {row["code"] for row in rows("activities.csv")} == used


def test_the_employer_has_three_workplaces_and_a_colleague_at_the_first() -> None:
    mandates = rows("mandates.csv")
    own = [row["organisation"] for row in mandates if row["national_id"] == "10000000146"]
    assert len(own) == 3
    at_first = {row["national_id"] for row in mandates if row["organisation"] == own[0] and not row["valid_to"]}
    assert at_first == {"10000000146", "10000001068"}


def test_the_accountant_has_three_hundred() -> None:
    mandates = rows("accountant_mandates.csv") + rows("mandates.csv")
    assert len({row["organisation"] for row in mandates if row["national_id"] == ACCOUNTANT}) == 300


def test_headcounts_reach_back_24_months_and_for_the_accountant_three() -> None:
    for name, months in (("headcounts.csv", 24), ("accountant_headcounts.csv", 3)):
        periods = Counter(row["sgk_number"] for row in rows(name))
        assert set(periods.values()) == {months}
        assert max(row["period"] for row in rows(name)) == "2026-10"


def test_three_providers_and_twenty_professionals_of_every_kind_and_one_who_serves_her_employer() -> None:
    certificates = rows("professionals.csv")
    assert len(rows("providers.csv")) == 3
    assert len({row["national_id"] for row in certificates}) == 21
    assert {(row["profession"], row["certificate_class"]) for row in certificates} == {
        ("safety_specialist", "A"),
        ("safety_specialist", "B"),
        ("safety_specialist", "C"),
        ("workplace_physician", "none"),
        ("other_health_personnel", "none"),
    }
    own = {row["national_id"] for row in certificates} - {row["national_id"] for row in rows("staff.csv")}
    assert own == {OWN_PHYSICIAN}


def test_every_provider_has_a_workplace_of_its_own_with_a_user() -> None:
    own = {row["sgk_number"] for row in rows("providers.csv")}
    assert own <= {row["organisation"] for row in rows("mandates.csv") if row["capacity"] == "e_bildirge"}
    assert len(own) == 3


def test_contact_phones_are_fictional_ones() -> None:
    phones = [parse_phone(row["contact_phone"]) for row in rows("providers.csv")]
    assert all(phone.startswith("850000000") for phone in phones)
