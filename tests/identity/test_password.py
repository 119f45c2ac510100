"""Which passwords do, and who changes one."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from katip.core.actor import Actor, Proof
from katip.core.errors import PermissionRefusedError
from katip.identity.models import Person
from katip.identity.services.email import email_set
from katip.identity.services.password import WrongPasswordError, password_change
from katip.identity.services.sessions import devices_forget, session_end, sessions_end
from tests.cast import PASSWORD, national_id, person, sign_in_open

NEW = "altı kuru incir, bir ceviz"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    someone = Person.objects.create_person(national_id=national_id(1), given_name="İpek Su", family_name="Yıldırımoğlu")
    sign_in_open(someone, two_steps=False)
    return Person.objects.get(pk=someone.pk)


@pytest.mark.parametrize(
    "password",
    [
        NEW,
        "kedi-merdiven-42-bulut",
        "tamamı küçük harf",
        "12 rakam: 40519",
        "ümit şişe çağ ığ",
        "İpek Su Yıldırımoğlu ve yedi kedi",
        "x3" * 6 + "kqz7",
        "çok uzun bir cümle " * 10,
        "871236459012",
        "302947185526",
        "!#%&/()=?*-_",
    ],
)
def test_length_is_what_counts(ada: Person, password: str) -> None:
    validate_password(password, ada)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "on bir kara",
        "ğ" * 11,
        "x" * 201,
        "password1234",
        "!!Password2026!!",
        "PASSWORDPASSWORD",
        "1q2w3e4r5t6y",
        "qwerty123456",
        "galatasaray2026",
        "123412341234",
        "123456789012",
        "987654321098",
        "112233445566",
        "123454321234",
        "135791357913",
        "147258369147",
        "1-2-3-4-5-6-7-8",
        "abcdefghijklm",
        "aaaaaaaaaaaaaa",
        "abababababab",
        national_id(1) + "a",
        "TC " + national_id(1)[:3] + " " + national_id(1)[3:6] + " " + national_id(1)[6:],
        "ipek su yıldırımoğlu",
        "İPEKYILDIRIMOĞLU1",
        "yıldırımoğlu.95",
    ],
)
def test_what_guessers_begin_with_does_not_do(ada: Person, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, ada)


def test_what_is_asked_for_is_said_beforehand() -> None:
    assert len(password_validators_help_texts()) == 3


def test_a_change_needs_a_recent_second_step_and_the_old_password(ada: Person) -> None:
    now = timezone.now()
    for proof in (None, Proof("totp", now - timedelta(minutes=16))):
        with pytest.raises(PermissionRefusedError, match="second_step"):
            password_change(actor=Actor(ada.pk, proof=proof), at=now, old=PASSWORD, new=NEW, keep="")
        with pytest.raises(PermissionRefusedError, match="second_step"):
            email_set(actor=Actor(ada.pk, proof=proof), at=now, email="a@ornek.com.tr")
    fresh = Actor(ada.pk, proof=Proof("totp", now - timedelta(minutes=14)))
    with pytest.raises(WrongPasswordError):
        password_change(actor=fresh, at=now, old=NEW, new=NEW, keep="")
    with pytest.raises(ValidationError):
        password_change(actor=fresh, at=now, old=PASSWORD, new="password1234", keep="")
    password_change(actor=fresh, at=now, old=PASSWORD, new=NEW, keep="")
    assert Person.objects.get().check_password(NEW)


def test_one_step_ends_no_sessions_and_forgets_nothing(ada: Person) -> None:
    one_step, now = Actor(ada.pk), timezone.now()
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        session_end(actor=one_step, at=now, session_id=1)
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        sessions_end(actor=one_step, at=now, keep="")
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        devices_forget(actor=one_step, at=now)


def test_a_password_of_someone_unknown_is_judged_too() -> None:
    validate_password(NEW)
    validate_password(NEW, person(2, "Ada"))
