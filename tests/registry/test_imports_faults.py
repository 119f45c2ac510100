"""What each list refuses: line, column, value and reason. After a refusal nothing has changed (see `Lists.refuse`)."""

from pathlib import Path

import pytest

from tests.registry.lists import CAN, DENIZ, HEADERS, ROWS, SGK, SGK_ODD, SGK_OTHER, STRANGER, VKN, Lists, Row


@pytest.fixture
def lists(db: None, tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def changed(row: Row, **cells: str) -> Row:
    """`row` with some cells replaced, by position: `_3="x"` is the fourth."""
    return tuple(cells.get(f"_{index}", cell) for index, cell in enumerate(row))


WORKPLACE, PROVIDER = ROWS["workplaces"][0], ROWS["providers"][0]
SPECIALIST, PHYSICIAN = ROWS["professionals"]
STAFF, MANDATE, E_BILDIRGE = ROWS["staff"][0], ROWS["mandates"][0], ROWS["mandates"][1]
OFFICIAL, PAYMENT = ROWS["officials"][0], ROWS["payments"][0]
ACTIVITY = ROWS["activities"][1]


@pytest.mark.parametrize(
    ("kind", "row", "column", "value", "code"),
    [
        ("workplaces", changed(WORKPLACE, _0=SGK[:25]), "sgk_number", SGK[:25], "wrong_length"),
        ("workplaces", changed(WORKPLACE, _0="2,22120101E+25"), "sgk_number", "2,22120101E+25", "scientific"),
        ("workplaces", changed(WORKPLACE, _0="x" + SGK[1:]), "sgk_number", "x" + SGK[1:], "not_digits"),
        ("workplaces", changed(WORKPLACE, _1="ü" * 301), "title", "ü" * 301, "too_long"),
        ("workplaces", changed(WORKPLACE, _2="1234567891"), "vkn", "1234567891", "checksum"),
        ("workplaces", changed(WORKPLACE, _3="82"), "province", "82", "unknown_province"),
        ("workplaces", changed(WORKPLACE, _3="0"), "province", "0", "unknown_province"),
        ("workplaces", changed(WORKPLACE, _3="Burza"), "province", "Burza", "unknown_province"),
        ("workplaces", changed(WORKPLACE, _4="Şişli"), "district", "Şişli", "unknown_district"),
        ("workplaces", changed(WORKPLACE, _6="22.22.99"), "nace", "22.22.99", "unknown_activity"),
        ("workplaces", changed(WORKPLACE, _6="22.22"), "nace", "22.22", "wrong_length"),
        ("workplaces", changed(WORKPLACE, _7="31.06.2026"), "closed_on", "31.06.2026", "not_a_date"),
        ("providers", changed(PROVIDER, _1="ASGB"), "kind", "ASGB", "unknown_word"),
        ("providers", changed(PROVIDER, _4="123"), "vkn", "123", "wrong_length"),
        ("providers", changed(PROVIDER, _0="OSGB-2", _5="Ankaraa"), "province", "Ankaraa", "unknown_province"),
        ("providers", changed(PROVIDER, _0="OSGB-2", _6="Çankaya"), "district", "Çankaya", "unknown_district"),
        ("providers", changed(PROVIDER, _8="02245550101"), "contact_phone", "02245550101", "leading_zero"),
        ("providers", changed(PROVIDER, _8="+902245550101"), "contact_phone", "+902245550101", "country_code"),
        ("professionals", changed(SPECIALIST, _0=STRANGER), "national_id", STRANGER, "unknown_person"),
        ("professionals", changed(SPECIALIST, _1="doktor"), "profession", "doktor", "unknown_word"),
        ("professionals", changed(SPECIALIST, _2="D"), "certificate_class", "D", "unknown_word"),
        ("professionals", changed(SPECIALIST, _2=""), "certificate_class", "", "class_missing"),
        ("professionals", changed(PHYSICIAN, _2="A"), "certificate_class", "A", "class_not_for"),
        ("professionals", changed(SPECIALIST, _5="2019-12-31"), "valid_to", "2019-12-31", "ends_before_start"),
        ("staff", changed(STAFF, _0="OSGB-9"), "authorisation_no", "OSGB-9", "unknown_provider"),
        ("staff", changed(STAFF, _1=STRANGER), "national_id", STRANGER, "unknown_professional"),
        ("staff", changed(STAFF, _1=CAN), "national_id", CAN, "unknown_professional"),
        ("staff", changed(STAFF, _2="0"), "minutes", "0", "too_small"),
        ("staff", changed(STAFF, _2="44641"), "minutes", "44641", "too_large"),
        ("staff", changed(STAFF, _4="2024-12-31"), "valid_to", "2024-12-31", "ends_before_start"),
        ("mandates", changed(MANDATE, _0=STRANGER), "national_id", STRANGER, "unknown_person"),
        ("mandates", changed(MANDATE, _1="müdür"), "capacity", "müdür", "unknown_word"),
        ("mandates", changed(MANDATE, _2="OSGB-9"), "organisation", "OSGB-9", "unknown_provider"),
        ("mandates", changed(E_BILDIRGE, _2="OSGB-1"), "organisation", "OSGB-1", "unknown_workplace"),
        ("mandates", changed(E_BILDIRGE, _2=SGK_ODD), "organisation", SGK_ODD, "unknown_workplace"),
        ("mandates", changed(MANDATE, _4="2023-12-31"), "valid_to", "2023-12-31", "ends_before_start"),
        ("officials", changed(OFFICIAL, _0=STRANGER), "national_id", STRANGER, "unknown_person"),
        ("officials", changed(OFFICIAL, _1="memur"), "role", "memur", "unknown_word"),
        ("officials", changed(OFFICIAL, _2="Atlantis"), "province", "Atlantis", "unknown_province"),
        ("payments", changed(PAYMENT, _0=SGK_ODD), "sgk_number", SGK_ODD, "unknown_workplace"),
        ("payments", changed(PAYMENT, _2="02.07.2026"), "paid_on", "02.07.2026", "in_future"),
        ("payments", changed(PAYMENT, _5="1,234.50"), "amount", "1,234.50", "not_an_amount"),
        ("payments", changed(PAYMENT, _5="-1"), "amount", "-1", "negative"),
        ("payments", changed(PAYMENT, _6="bekliyor"), "state", "bekliyor", "unknown_word"),
        ("leave_days", ("x", "İdari izin"), "day", "x", "not_a_date"),
        ("leave_days", ("2026-10-30", ""), "name", "", "empty"),
        ("activities", changed(ACTIVITY, _0="99.99"), "code", "99.99", "wrong_length"),
        ("activities", changed(ACTIVITY, _1=""), "description", "", "empty"),
        ("activities", changed(ACTIVITY, _2="tehlikesiz"), "hazard_class", "tehlikesiz", "unknown_word"),
        ("activities", changed(ACTIVITY, _2=""), "hazard_class", "", "new_code"),
        ("activities", changed(ACTIVITY, _3=""), "valid_from", "", "new_code"),
        ("activities", changed(ACTIVITY, _4=""), "source", "", "new_code"),
        ("activities", changed(ACTIVITY, _3="yarın"), "valid_from", "yarın", "not_a_date"),
    ],
)
def test_a_wrong_cell_is_refused(lists: Lists, kind: str, row: Row, *, column: str, value: str, code: str) -> None:
    lists.bring_needed(kind)
    # a line that is right and speaks of something else, so that the wrong one is the third and contradicts none
    good = {"activities": 0, "professionals": int(row[0] != DENIZ)}.get(kind, -1)
    assert lists.refuse(kind, [ROWS[kind][good], row]) == [(3, column, value, code)]


@pytest.mark.parametrize(
    ("kind", "row", "column", "value"),
    [
        ("workplaces", changed(WORKPLACE, _1="Anders A.Ş."), "title", "Anders A.Ş."),
        ("workplaces", changed(WORKPLACE, _7="2026-01-01"), "closed_on", "2026-01-01"),
        ("providers", changed(PROVIDER, _8="2245550102"), "contact_phone", "2245550102"),
        ("professionals", changed(SPECIALIST, _2="A"), "certificate_class", "A"),
        ("professionals", changed(SPECIALIST, _0=CAN), "national_id", CAN),
        ("staff", changed(STAFF, _2="6000"), "minutes", "6000"),
        ("mandates", changed(MANDATE, _3="2024-02-01"), "valid_from", "2024-02-01"),
        ("officials", changed(OFFICIAL, _2="06"), "province", "06"),
        ("payments", changed(PAYMENT, _5="1234,51"), "amount", "1234,51"),
        ("leave_days", ("26.05.2026", "Arife"), "name", "Arife"),
        ("activities", changed(ACTIVITY, _2="low"), "hazard_class", "low"),
        ("activities", changed(ACTIVITY, _1="Anders", _3="2026-07-01"), "description", "Anders"),
    ],
)
def test_two_lines_must_not_contradict_each_other(lists: Lists, kind: str, row: Row, column: str, value: str) -> None:
    lists.bring_needed(kind)
    rows = [*ROWS[kind], row]
    assert lists.refuse(kind, rows) == [(len(rows) + 1, column, value, "conflict")]


def test_unusual_control_digits_only_warn(lists: Lists) -> None:
    lists.bring_needed("workplaces")
    result = lists.bring("workplaces", [changed(WORKPLACE, _0=SGK_ODD), WORKPLACE])
    assert (result.inserted, result.warnings) == (2, 1)
    (warning,) = result.shown_warnings
    assert (warning.line, warning.column, warning.value, warning.code) == (2, "sgk_number", SGK_ODD, "control_digits")


def test_a_certificate_keeps_its_holder_and_a_transaction_its_workplace(lists: Lists) -> None:
    for kind in ("people", "activities", "workplaces", "professionals", "payments"):
        lists.bring(kind, ROWS[kind])
    assert lists.refuse("professionals", [changed(SPECIALIST, _0=CAN)]) == [
        (2, "certificate_no", "IGU-1", "another_holder")
    ]
    assert lists.refuse("payments", [changed(PAYMENT, _0=SGK_OTHER)]) == [(2, "reference", "R-1", "another_workplace")]


def test_every_fault_of_a_line_is_told(lists: Lists) -> None:
    lists.bring_needed("workplaces")
    assert lists.refuse("workplaces", [("1", "", VKN[:9], "Bursa", "Kadıköy", "", "1", "dün")]) == [
        (2, "sgk_number", "1", "wrong_length"),
        (2, "title", "", "empty"),
        (2, "vkn", VKN[:9], "wrong_length"),
        (2, "nace", "1", "wrong_length"),
        (2, "closed_on", "dün", "not_a_date"),
        (2, "district", "Kadıköy", "unknown_district"),
    ]


def test_a_former_number_must_be_known_and_another(lists: Lists) -> None:
    lists.bring_needed("workplaces")
    header = f"{HEADERS['workplaces'][0]},predecessor"
    assert lists.refuse("workplaces", [(*WORKPLACE, SGK_OTHER)], header) == [
        (2, "predecessor", SGK_OTHER, "unknown_workplace")
    ]
    assert lists.refuse("workplaces", [(*WORKPLACE, SGK)], header) == [(2, "predecessor", SGK, "own_predecessor")]


def test_a_providers_own_workplace_must_be_known_and_nobody_elses(lists: Lists) -> None:
    lists.bring_needed("professionals")
    header = f"{HEADERS['providers'][0]},sgk_number"
    second = changed(PROVIDER, _0="OSGB-2")
    assert lists.refuse("providers", [(*second, SGK_ODD)], header) == [(2, "sgk_number", SGK_ODD, "unknown_workplace")]
    assert lists.refuse("providers", [(*PROVIDER, SGK), (*second, SGK)], header) == [
        (line, "sgk_number", SGK, "workplace_taken") for line in (2, 3)
    ]
    lists.bring("providers", [(*PROVIDER, SGK)], header=header)
    assert lists.refuse("providers", [(*second, SGK)], header) == [(2, "sgk_number", SGK, "workplace_taken")]
