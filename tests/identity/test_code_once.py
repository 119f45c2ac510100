"""A code works once, however it is written, for as long as the clock's tolerance could accept it."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, code_at, national_id, person, sign_in_open


def _signs_in(number: int, code: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": national_id(number), "password": PASSWORD})
    answer = client.post(reverse("mfa_authenticate"), {"code": code})
    return "_auth_user_id" in client.session and answer.status_code == 302


@pytest.mark.parametrize("again", ["{0}{1}", "{0} {1}", "{0}-{1}", "{0}.{1}"])
def test_a_used_code_is_refused_in_every_spelling(db: None, monkeypatch: pytest.MonkeyPatch, again: str) -> None:
    sign_in_open(person(1, "Ada"))
    code = code_at(time.time())
    assert _signs_in(1, code)
    # allauth remembers a code for 30 seconds; its memory is set aside, as when they have passed
    monkeypatch.setattr(TOTP, "_mark_code_used", lambda *_: True)
    assert not _signs_in(1, again.format(code[:3], code[3:]))
