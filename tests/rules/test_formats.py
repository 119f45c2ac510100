"""Numbers and addresses, as they are printed, pasted and mistyped."""

import pickle
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.rules import (
    FormatError,
    SgkNumber,
    kep_fits,
    mask_national_id,
    national_id_check_digits,
    parse_email,
    parse_mersis,
    parse_nace,
    parse_national_id,
    parse_phone,
    parse_sgk_number,
    parse_vkn,
    phone_takes_sms,
    vkn_check_digit,
)

SGK = "2 2212 01 01 1224742 016 08 72 000"
SGK_PLAIN = "22212010112247420160872000"


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_national_id, "10000000146", "10000000146"),
        (parse_national_id, " 100 000 001 46\n", "10000000146"),
        (parse_national_id, "\u202a10000000146\u202c", "10000000146"),
        (parse_vkn, "1234567890", "1234567890"),
        (parse_vkn, "123 456 78 90", "1234567890"),
        (parse_vkn, "0000000001", "0000000001"),  # 9+5+5+6+7+1+6+8+2 = 49
        (parse_nace, "22.12.01", "22.12.01"),
        (parse_nace, "221201", "22.12.01"),
        (parse_nace, " 22-12-01", "22.12.01"),
        (parse_phone, "5321234567", "5321234567"),
        (parse_phone, "532 123 45 67", "5321234567"),
        (parse_phone, "(224) 123-45-67", "2241234567"),
        (parse_phone, "850\u00a0123\u200b4567", "8501234567"),
        (parse_mersis, "0123-4567-8901-2345", "0123456789012345"),
        (parse_email, " Bilgi@FIRMA.com.tr ", "Bilgi@firma.com.tr"),
        (parse_email, "a.b+c@x-y.co", "a.b+c@x-y.co"),
        (parse_email, "info@çiçek.com", "info@çiçek.com"),
        (parse_email, "info@FİRMA.COM", "info@firma.com"),
        (parse_email, "info\u200b@firma.com", "info@firma.com"),
    ],
)
def test_good_texts(parse: Callable[[str], str], text: str, value: str) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "code"),
    [
        (parse_national_id, "", "empty"),
        (parse_national_id, "  - ", "empty"),
        (parse_national_id, "1000000014", "wrong_length"),
        (parse_national_id, "100000001466", "wrong_length"),
        (parse_national_id, "1000000014O", "not_digits"),
        (parse_national_id, "١٠٠٠٠٠٠٠١٤٦", "not_digits"),
        (parse_national_id, "01000000146", "leading_zero"),
        (parse_national_id, "10000000147", "checksum"),
        (parse_national_id, "10000000156", "checksum"),
        (parse_vkn, "1234567891", "checksum"),
        (parse_vkn, "123456789", "wrong_length"),
        (parse_nace, "22.12", "wrong_length"),
        (parse_nace, "22.12.0x", "not_digits"),
        (parse_phone, "", "empty"),
        (parse_phone, "05321234567", "leading_zero"),
        (parse_phone, "0532123456", "leading_zero"),
        (parse_phone, "532123456a", "not_digits"),
        (parse_phone, "532123456", "wrong_length"),
        (parse_phone, "53212345678", "wrong_length"),
        (parse_phone, "1321234567", "wrong_first_digit"),
        (parse_phone, "6321234567", "wrong_first_digit"),
        (parse_phone, "7321234567", "wrong_first_digit"),
        (parse_phone, "9321234567", "wrong_first_digit"),
        (parse_phone, "+90 532 123 45 67", "country_code"),
        (parse_phone, "905321234567", "country_code"),
        (parse_mersis, "012345678901234", "wrong_length"),
        (parse_email, " ", "empty"),
        (parse_email, "bilgi.firma.com", "missing_at"),
        (parse_email, "@firma.com", "bad_local_part"),
        (parse_email, "a b@firma.com", "bad_local_part"),
        (parse_email, "çiçek@firma.com", "bad_local_part"),
        (parse_email, "a@b@firma.com", "bad_local_part"),
        (parse_email, ".a@firma.com", "bad_local_part"),
        (parse_email, "a" * 65 + "@firma.com", "bad_local_part"),
        (parse_email, "bilgi@firma", "bad_domain"),
        (parse_email, "bilgi@firma.", "bad_domain"),
        (parse_email, "bilgi@-firma.com", "bad_domain"),
        (parse_email, "bilgi@firma..com", "bad_domain"),
        (parse_email, "bilgi@firma.1", "bad_domain"),
        (parse_email, "bilgi@fir_ma.com", "bad_domain"),
        (parse_email, "a@" + "b" * 250 + ".tr", "too_long"),
    ],
)
def test_bad_texts_say_what_is_wrong(parse: Callable[[str], str], text: str, code: str) -> None:
    with pytest.raises(FormatError) as refusal:
        parse(text)
    assert refusal.value.code == code


def test_a_wrong_length_tells_both_lengths() -> None:
    with pytest.raises(FormatError) as refusal:
        parse_phone("532 123 45 6")
    assert refusal.value.facts == {"length": 9, "expected": 10}


def test_what_is_wrong_never_repeats_what_was_typed() -> None:
    with pytest.raises(FormatError) as refusal:
        parse_national_id("10000000147")
    assert "10000000147" not in f"{refusal.value}{refusal.value.facts}"


def test_an_sgk_number_falls_into_its_nine_groups() -> None:
    number = parse_sgk_number(SGK)
    assert number == SgkNumber("2", "2212", "01", "01", "1224742", "016", "08", "72", "000")
    assert str(number) == SGK_PLAIN
    assert number.grouped() == SGK


@pytest.mark.parametrize(
    "text", [SGK_PLAIN, "2-2212-01-01-1224742-016-08-72/000", "2.2212.01.01.1224742.016.08.72.000"]
)
def test_an_sgk_number_may_be_pasted_in_any_grouping(text: str) -> None:
    assert parse_sgk_number(text) == parse_sgk_number(SGK)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (SGK_PLAIN[:-1], "wrong_length"), (SGK_PLAIN + "0", "wrong_length"), ("2,2212E+25", "not_digits")],
)
def test_bad_sgk_numbers(text: str, code: str) -> None:
    with pytest.raises(FormatError) as refusal:
        parse_sgk_number(text)
    assert refusal.value.code == code


def test_odd_control_digits_of_an_sgk_number_are_noticed_and_accepted() -> None:
    assert parse_sgk_number(SGK).control_digits_fit()
    assert not parse_sgk_number(SGK.replace(" 72 ", " 73 ")).control_digits_fit()


def test_masking_shows_the_ends_only() -> None:
    assert mask_national_id("10000000146") == "100•••••146"
    assert mask_national_id("1234") == "••••"
    assert mask_national_id("") == ""


def test_only_mobile_numbers_take_messages() -> None:
    assert phone_takes_sms("5321234567")
    assert not phone_takes_sms("8501234567")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("firma@hs01.kep.tr", True),
        (" Firma.As@HS03.KEP.TR ", True),
        ("firma@kep.tr", False),
        ("firma@hs1.kep.tr", False),
        ("firma@hs01.kep.tr.com", False),
        ("@hs01.kep.tr", False),
    ],
)
def test_usual_kep_addresses(text: str, fits: bool) -> None:
    assert kep_fits(text) is fits


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


# what a paste may put between two digits
separators = st.sampled_from(["", "", "", " ", "-", "\u00a0", ".", "\u200b", "\u2013", "\t"])


@st.composite
def pasted(draw: st.DrawFn, length: int) -> tuple[str, str]:
    plain = draw(digits(length))
    return plain, "".join(digit + draw(separators) for digit in plain)


@given(digits(9).filter(lambda d: d[0] != "0"))
def test_every_national_id_with_its_check_digits_is_read(first_nine: str) -> None:
    whole = first_nine + national_id_check_digits(first_nine)
    assert parse_national_id(f"{whole[:3]} {whole[3:]}") == whole


@settings(max_examples=50)
@given(digits(9).filter(lambda d: d[0] != "0"), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_never_a_national_id(first_nine: str, place: int, shift: int) -> None:
    whole = first_nine + national_id_check_digits(first_nine)
    wrong = whole[:place] + str((int(whole[place]) + shift) % 10) + whole[place + 1 :]
    with pytest.raises(FormatError):
        parse_national_id(wrong)


@given(digits(9))
def test_every_tax_number_with_its_check_digit_is_read(first_nine: str) -> None:
    assert parse_vkn(first_nine + vkn_check_digit(first_nine)) == first_nine + vkn_check_digit(first_nine)


@settings(max_examples=50)
@given(pasted(26))
def test_every_sgk_number_survives_a_paste(both: tuple[str, str]) -> None:
    plain, text = both
    number = parse_sgk_number(text)
    assert str(number) == plain
    assert parse_sgk_number(number.grouped()) == number


@given(pasted(6))
def test_every_nace_code_survives_a_paste(both: tuple[str, str]) -> None:
    plain, text = both
    code = parse_nace(text)
    assert re.fullmatch(r"\d\d\.\d\d\.\d\d", code)
    assert code.replace(".", "") == plain
    assert parse_nace(code) == code


@given(st.text("0123456789", max_size=13))
def test_a_phone_is_read_exactly_when_it_fits_the_pattern(text: str) -> None:
    if re.fullmatch(r"[2-58]\d{9}", text):
        assert parse_phone(text) == text
    else:
        with pytest.raises(FormatError):
            parse_phone(text)


PARSERS: list[Callable[[str], object]] = [
    parse_national_id,
    parse_vkn,
    parse_sgk_number,
    parse_nace,
    parse_phone,
    parse_mersis,
    parse_email,
]

# digits of other scripts, marks that look like digits, separators, invisible ones, Turkish letters; an alphabet of its
# own because building the whole of Unicode takes longer than all these tests
ODD = "01259" * 4 + "٣²½Ⅷ -./()+@_'\"\u2013\u2212\u00a0\u200b\u202a\n\0aZçİıI😀"


@given(st.text(ODD, max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    for parse in PARSERS:
        try:
            value = parse(text)
        except FormatError:
            continue
        assert parse(str(value)) == value


def test_what_is_wrong_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(FormatError("wrong_length", {"length": 9})))  # noqa: S301 - our own bytes
    assert (again.code, again.facts) == ("wrong_length", {"length": 9})
