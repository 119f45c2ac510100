"""The figures that a password is kept by, and those that were kept by others."""

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import extract_parameters, low_level
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    identify_hasher,
    make_password,
)

from katip.identity import hashing
from katip.identity.hashing import PasswordHasher

WORDS = "dört kelime yan yana"
WRONG = "üç kelime yan yana"


def test_a_password_is_kept_by_the_registers_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # tests hash by smaller ones

    kept = make_password(WORDS)

    assert isinstance(identify_hasher(kept), PasswordHasher)
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_one_that_was_kept_by_other_figures_is_hashed_anew_when_it_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 3)
    kept, anew = Argon2PasswordHasher().encode(WORDS, "a" * 22), list[str]()

    assert not check_password(WRONG, kept, setter=anew.append)
    assert anew == []
    assert check_password(WORDS, kept, setter=anew.append)
    assert anew == [WORDS]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """How many KiB Argon2 fills to refuse a wrong password for what is kept; of no clock."""
    monkeypatch.setattr(PasswordHasher, "memory_cost", 1024)
    monkeypatch.setattr(PasswordHasher, "time_cost", 3)
    filled, verify, hashed = list[int](), Argon2PasswordHasher.verify, low_level.hash_secret

    def verified(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        figures = extract_parameters("$" + encoded.split("$", 1)[1])
        filled.append(figures.memory_cost * figures.time_cost)
        return bool(verify(self, password, encoded))

    def hash_secret(secret: bytes, salt: bytes, time_cost: int, memory_cost: int, *rest: Any, **more: Any) -> bytes:
        filled.append(memory_cost * time_cost)
        return hashed(secret, salt, time_cost, memory_cost, *rest, **more)

    def refused(kept: str) -> int:
        filled.clear()
        assert not check_password(WRONG, kept)
        return sum(filled)

    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified)
    monkeypatch.setattr(low_level, "hash_secret", hash_secret)
    monkeypatch.setattr(hashing, "hash_secret", hash_secret)
    return refused


def kept_by(memory: int, passes: int) -> str:
    hasher = Argon2PasswordHasher()
    hasher.memory_cost, hasher.time_cost = memory, passes
    return str(hasher.encode(WORDS, "a" * 22))


@pytest.mark.parametrize(("memory", "passes"), [(1024, 1), (1024, 2), (512, 2), (64, 1), (2048, 1), (1024, 3)])
def test_a_wrong_password_costs_what_an_unknown_number_does_whatever_it_was_kept_by(
    work: Callable[[str], int], memory: int, passes: int
) -> None:
    nobody = work("!")  # no password; an unknown number runs the same
    assert nobody == 3 * 1024
    assert work(kept_by(memory, passes)) == pytest.approx(nobody, rel=0.05)


def test_what_was_kept_by_dearer_figures_costs_no_more_than_it_must(work: Callable[[str], int]) -> None:
    assert work(kept_by(4096, 2)) == 4096 * 2
