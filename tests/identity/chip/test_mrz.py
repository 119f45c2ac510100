"""The printed lines: the worked examples of ICAO Doc 9303, and what a Turkish card has in them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.demo.cards.card import mrz_of
from katip.identity.chip.mrz import Mrz, MrzError, access_information, check_digit, mrz_parse, td1_build
from tests.identity.chip.scene import HOLDER, NATIONAL_ID

TODAY = date(2026, 11, 22)
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"  # 9303-5 app. A
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"  # 9303-4 app. A
LONG = "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<"  # 9303-11 app. D


def test_the_examples_of_doc_9303() -> None:
    mrz = mrz_parse(TD1)
    assert (mrz.document_code, mrz.issuing_state, mrz.document_number) == ("I", "UTO", "D23145890")
    assert (mrz.surname, mrz.given_names, mrz.nationality, mrz.sex) == ("ERIKSSON", "ANNA MARIA", "UTO", "F")
    assert (mrz.birth_date(TODAY), mrz.expires_on(TODAY)) == (date(1974, 8, 12), date(2012, 4, 15))
    passport = mrz_parse(TD3)
    assert (passport.document_number, passport.optional_1, passport.surname) == ("L898902C3", "ZE184226B", "ERIKSSON")


def test_what_access_keys_are_made_of() -> None:
    """Doc 9303-11 appendix D.1 and D.2."""
    assert access_information("L898902C", date(1969, 8, 6), date(1994, 6, 23)) == "L898902C<369080619406236"
    assert mrz_parse(TD1).access_information() == "D23145890774081221204159"
    long = mrz_parse(LONG)
    assert (long.document_number, long.optional_1) == ("D23145890734", "")
    assert long.access_information() == "D23145890734934071279507122"
    with pytest.raises(MrzError, match="field"):
        access_information("Ç1", TODAY, TODAY)


def test_lines_as_people_paste_them() -> None:
    broken = f" {TD1[:30].lower()}\r\n{TD1[30:60]}\n{TD1[60:]}\n"
    assert mrz_parse(broken) == mrz_parse(TD1)


def test_any_changed_character_that_a_check_digit_covers_is_found() -> None:
    covered = [*range(5, 30), *range(30, 37), *range(38, 45), *range(48, 60)]
    for at in covered:
        for other in "19AZ<":
            if check_digit(other) == check_digit(TD1[at]):
                continue
            with pytest.raises(MrzError):
                mrz_parse(TD1[:at] + other + TD1[at + 1 :])


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "characters"),
        (TD1[:-1], "length"),
        (TD1 + "<", "length"),
        (TD1.replace("ANNA", "ANNÄ"), "characters"),
        ("V" + TD1[1:], "document_code"),
        (TD1[:2] + "1TO" + TD1[5:], "state"),
        (TD1[:37] + "Q" + TD1[38:], "sex"),
        (TD1[:60] + "<" * 30, "names"),
        (TD3[:-1] + "1", "check_digit"),
        (TD3[:86] + "<" + TD3[87:], "check_digit"),
    ],
)
def test_lines_that_are_none_are_refused(lines: str, code: str) -> None:
    with pytest.raises(MrzError, match=code):
        mrz_parse(lines)


def mrz(**fields: str) -> Mrz:
    return replace(mrz_of(HOLDER), **fields)


@pytest.mark.parametrize("optional", [NATIONAL_ID, "<" + NATIONAL_ID])
def test_the_national_id_stands_in_the_optional_data(optional: str) -> None:
    """Turkish cards put a filler in front."""
    assert mrz_parse(td1_build(mrz(optional_1=optional))).national_id() == NATIONAL_ID


@pytest.mark.parametrize("optional", ["", "10000000147", "100000001460", "1000000014", "10000<00146", "00000000000"])
def test_other_optional_data_are_no_national_id(optional: str) -> None:
    with pytest.raises(MrzError, match="national_id"):
        mrz_parse(td1_build(mrz(optional_1=optional))).national_id()


def test_two_digits_of_a_year_mean_the_nearest_that_makes_sense() -> None:
    assert mrz(birth="261122").birth_date(TODAY) == date(2026, 11, 22)
    assert mrz(birth="261123").birth_date(TODAY) == date(1926, 11, 23)
    assert mrz(birth="000229").birth_date(TODAY) == date(2000, 2, 29)
    assert mrz(expiry="360101").expires_on(TODAY) == date(2036, 1, 1)
    assert mrz(expiry="991231").expires_on(TODAY) == date(1999, 12, 31)
    assert mrz(expiry="050101").expires_on(date(2098, 1, 1)) == date(2105, 1, 1)
    for unknown in ("<<<<<<", "90<<<<", "9001<<"):
        assert mrz(birth=unknown).birth_date(TODAY) is None


@pytest.mark.parametrize("day", ["901301", "900001", "900230", "900100", "010229"])
def test_days_that_do_not_exist_are_refused(day: str) -> None:
    with pytest.raises(MrzError, match="expiry_date"):
        mrz(expiry=day).expires_on(TODAY)
    with pytest.raises(MrzError, match="birth_date"):
        mrz(birth=day).birth_date(TODAY)


def test_an_expiry_that_is_no_day_is_refused_at_once() -> None:
    with pytest.raises(MrzError, match="expiry_date"):
        mrz_parse(td1_build(mrz(expiry="<<<<<<")))


LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)


@given(
    number=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12),
    surname=LETTERS,
    names=LETTERS,
    day=st.dates(date(1930, 1, 1), TODAY),
)
def test_what_is_built_is_read_back(number: str, surname: str, names: str, day: date) -> None:
    optional = NATIONAL_ID if len(number) <= 9 else ""
    made = mrz(
        document_number=number, surname=surname, given_names=names, birth=day.strftime("%y%m%d"), optional_1=optional
    )
    read = mrz_parse(td1_build(made))
    assert read == made
    assert read.birth_date(TODAY) == day


@given(st.text(max_size=200) | st.text("AIPCTUR<0123456789", min_size=88, max_size=90))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = mrz_parse(text)
        read.access_information()
        read.birth_date(TODAY)
        read.expires_on(TODAY)
        read.national_id()
    except MrzError:
        pass


def test_the_sample_holder_is_read() -> None:
    assert mrz_parse(td1_build(mrz_of(HOLDER))).national_id() == NATIONAL_ID
