"""Which sessions are listed, and what is left of those that are over."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from katip.core.actor import OPERATOR
from katip.identity.models import Person
from katip.identity.overview import MOST, sessions_of
from katip.identity.services.sign_in_open import password_set
from katip.identity.sessions import expired_clear
from katip.web.middleware import SEEN
from tests.cast import person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    return person(1, "Ada")


def opened(someone: Person, **more: Any) -> str:
    """A session of someone's, last used `ago` seconds ago; returns its key."""
    store = SessionStore()
    store[SEEN] = timezone.now().timestamp() - more.get("ago", 0)
    store.set_expiry(more.get("lasts", 3_600))
    store.save()
    UserSession.objects.create(
        user=someone, session_key=store.session_key, ip=more.get("ip", "192.0.2.1"), user_agent=more.get("agent", "")
    )
    return str(store.session_key)


def listed(someone: Person, here: str = "") -> list[Any]:
    return sessions_of(someone.pk, timezone.now(), here=here, seen_key=SEEN)


def test_this_session_stands_first_and_says_where_it_is(ada: Person) -> None:
    opened(ada, ago=60, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile Safari/604.1")
    here = opened(ada, ip="2001:db8::7", agent="curl/8")
    opened(ada, ago=30)
    opened(person(2, "Deniz"))
    first, *others = listed(ada, here)
    assert (first.here, first.address, first.browser) == (True, "2001:db8::7", "")
    assert {other.browser for other in others} == {"Safari, iPhone", ""}
    ages = sorted(round((timezone.now() - other.last_seen).total_seconds(), -1) for other in others)
    assert ages == [30, 60]


def test_only_what_would_still_be_answered_is_listed(ada: Person) -> None:
    opened(ada, lasts=-1)
    opened(ada, ago=20 * 60 + 5)
    gone = opened(ada)
    SessionStore(gone).delete()
    kept = opened(ada, ago=20 * 60 - 30)
    assert [one.id for one in listed(ada)] == [UserSession.objects.get(session_key=kept).pk]


def test_the_list_is_bounded(ada: Person) -> None:
    for _ in range(MOST + 3):
        opened(ada)
    assert len(listed(ada)) == MOST


def test_what_is_over_leaves_no_address_behind(ada: Person) -> None:
    opened(ada, lasts=-1)
    gone = opened(ada)
    SessionStore(gone).delete()
    kept = opened(ada)
    expired_clear()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [kept]


def test_a_session_from_before_a_new_password_answers_nothing(ada: Person) -> None:
    password_set(actor=OPERATOR, at=timezone.now(), person_id=ada.pk, password="kedi-merdiven-42-bulut")
    client = signed_in(ada)
    assert client.get("/hesabim/").status_code == 200
    password_set(actor=OPERATOR, at=timezone.now() + timedelta(1), person_id=ada.pk, password="başka bir uzun şifre")
    assert client.get("/hesabim/").status_code == 302
