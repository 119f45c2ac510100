"""The figures that a password is kept by, and those that were kept by dearer ones."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, identify_hasher, make_password

from katip.identity.hashing import PasswordHasher


def test_a_password_is_kept_by_the_registers_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # tests hash by smaller ones

    kept = make_password("dört kelime yan yana")

    assert isinstance(identify_hasher(kept), PasswordHasher)
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_one_that_was_kept_by_other_figures_is_hashed_anew_when_it_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 3)
    kept, anew = Argon2PasswordHasher().encode("dört kelime yan yana", "a" * 22), list[str]()

    assert not check_password("üç kelime yan yana", kept, setter=anew.append)
    assert anew == []
    assert check_password("dört kelime yan yana", kept, setter=anew.append)
    assert anew == ["dört kelime yan yana"]
