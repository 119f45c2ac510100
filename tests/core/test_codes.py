"""Codes that people carry: drawn by a secure generator, shown in groups, read back as people type them."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.core.codes import LETTERS, code_draw, code_read, code_shown


def test_signs_that_are_mistaken_for_each_other_are_left_out() -> None:
    assert len(set(LETTERS)) == len(LETTERS) == 31
    assert not set(LETTERS) & set("01ILO")
    assert math.log2(len(LETTERS)) * 8 > 39  # the shortest code that anybody is given


def test_codes_are_drawn_by_a_generator_that_nobody_can_seed() -> None:
    random.seed(1)
    first = code_draw(12)
    random.seed(1)
    assert code_draw(12) != first
    assert len({code_draw(8) for _ in range(500)}) == 500


@pytest.mark.parametrize("typed", ["K7QF-2M9D", "k7qf2m9d", " k7qf 2m9d ", "K7-QF-2M-9D", "K7QF\n2M9D"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert code_read(typed, 8) == "K7QF2M9D"


@pytest.mark.parametrize("typed", ["", "K7QF2M9", "K7QF2M9DD", "K7QF2M9O", "K7QF2M91", "K7QF2M9İ", "K7QF2M9ı"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert code_read(typed, 8) is None


@given(st.integers(1, 20))
def test_what_is_shown_is_read_back(length: int) -> None:
    code = code_draw(length)
    assert code_read(code_shown(code), length) == code
    assert all(len(group) <= 4 for group in code_shown(code).split("-"))
