"""What people are told about their sign-in: one row in the register, the address by whoever takes it out, and words."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation

import katip
from katip.identity import telling
from katip.identity.models import NoticeKind, Person, SecurityNotice
from katip.identity.telling import Told, leaves, message_to, messages_to, tell, teller_register
from katip.identity.words import NOTICES, notice_text, notice_title
from katip.web.account.words import EVENTS, SIGN_INS, event_item
from tests.cast import AT, person


class Kept:
    """Takes everything, sends nothing."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def leaves(self) -> bool:
        return True

    def take(self, told: Sequence[Told], at: datetime) -> None:
        assert at == AT
        self.told += told

    def prove(self, person_id: int, email: str, at: datetime) -> None:
        raise NotImplementedError


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(telling, "_TELLERS", [])
    teller = Kept()
    teller_register(teller)
    return teller


@pytest.mark.django_db
def test_a_person_is_told_in_the_register_and_at_the_address_that_is_known(kept: Kept) -> None:
    ada, bora = person(1, "Ada"), person(2, "Bora")
    Person.objects.filter(pk=bora.pk).update(email="")
    tell(ada.pk, AT, NoticeKind.FACTOR_ADDED, method="totp")
    tell(bora.pk, AT, NoticeKind.PASSWORD_SET)
    assert set(SecurityNotice.objects.values_list("person", "kind")) == {
        (ada.pk, "factor_added"),
        (bora.pk, "password_set"),
    }
    assert kept.told == [Told(ada.email, NoticeKind.FACTOR_ADDED, {"method": "totp"}, ada.pk)]


def test_addresses_are_told_without_a_row(kept: Kept) -> None:
    message_to("biri@ornek.com.tr", AT, NoticeKind.APPLICATION_MADE, until="2025-07-01")
    messages_to([(1, "a@ornek.com.tr", {}), (2, "b@ornek.com.tr", {"left": 3})], AT, NoticeKind.MONTH_DIGEST)
    assert [(told.email, told.person_id) for told in kept.told] == [
        ("biri@ornek.com.tr", None),
        ("a@ornek.com.tr", 1),
        ("b@ornek.com.tr", 2),
    ]


def test_one_teller_takes_everything_and_without_one_nothing_leaves(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Kept()
    teller_register(other)
    message_to("biri@ornek.com.tr", AT, NoticeKind.APPLICATION_MADE)
    assert (len(kept.told), len(other.told)) == (0, 1)
    assert leaves()
    monkeypatch.setattr(telling, "_TELLERS", [])
    message_to("biri@ornek.com.tr", AT, NoticeKind.APPLICATION_MADE)
    assert not leaves()


# --- in words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_kind_has_words_and_no_two_the_same(language: str) -> None:
    with translation.override(language):
        titles = {kind: notice_title(kind) for kind in NoticeKind}
        texts = [notice_text(kind, {}) for kind in NoticeKind]
    assert NOTICES.keys() == set(NoticeKind)
    assert len(set(titles.values())) == len(titles)
    assert all(texts)


def test_what_is_known_of_a_notice_is_said() -> None:
    with translation.override("tr"):
        assert notice_text(NoticeKind.PROOFED, {"way": "chip"}).endswith("(kimlik kartının çipiyle)")
        assert notice_text(NoticeKind.NEW_DEVICE, {"browser": "Firefox, Linux"}).endswith("(Firefox, Linux)")
        assert notice_text(NoticeKind.RECOVERY_CODE_USED, {"left": 7}).endswith("(kalan kod: 7)")
        assert notice_text(NoticeKind.APPLICATION_MADE, {"until": "2026-12-05"}).endswith("(son gün 05.12.2026)")
        assert notice_text(NoticeKind.NEW_DEVICE, {"browser": "", "way": "odd"}).endswith("yapıldı.")


def test_every_tag_of_the_audit_record_has_words() -> None:
    """Found in the program itself: whoever records something new about a sign-in gives it words."""
    package = Path(katip.__file__).parent
    written = {
        tag
        for folder in ("identity", "counter", "web", "api", "cli")
        for file in (package / folder).rglob("*.py")
        for tag in re.findall(r'"(identity:[a-z_]+:[a-z_]+)"', file.read_text("utf-8"))
    }
    assert written - EVENTS.keys() == set()
    assert set(SIGN_INS) <= EVENTS.keys()
    for tag in EVENTS:
        assert event_item(tag, {"second_step": "webauthn_alone", "way": "counter"})["lines"]
