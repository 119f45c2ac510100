"""An address that a person typed gets what concerns their sign-in, and no more until it is confirmed from there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from katip.audit.models import Event
from katip.core.actor import Actor, Proof
from katip.identity.models import NoticeKind, Person
from katip.identity.services.email import email_set
from katip.notices.addresses import address_key, faults_keep, faults_of
from katip.notices.engine import channel_send
from katip.notices.models import Channel, Delivery
from katip.notices.proving import KIND, LASTS, proof_read, proof_token
from katip.notices.services.email_prove import email_prove
from tests.cast import AT, person
from tests.notices.postbox import Postbox, postbox_open

NEW = "yeni@ornek.com.tr"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with postbox_open(settings) as box:
        yield box


def types(who: Person, email: str, at: Any = AT) -> bool:
    return email_set(actor=Actor(who.pk, proof=Proof("totp", at)), at=at, email=email)


def unproved(who: Person) -> bool:
    return Person.objects.values_list("email_unproved", flat=True).get(pk=who.pk)


def link(postbox: Postbox, at: Any = AT) -> str:
    """The sealed words of the newest link that left."""
    channel_send(Channel.EMAIL, at=at)
    letters = [message.get_content() for _, message in postbox.taken if "doğrulayın" in message["Subject"]]
    found = re.search(r"\?k=([\w-]+)", letters[-1])
    assert found
    return found[1]


@pytest.mark.django_db
def test_a_typed_address_is_asked_to_confirm_and_then_is_used(postbox: Postbox) -> None:
    ada = person(1, "Ada")
    assert not unproved(ada)
    assert types(ada, NEW)
    assert unproved(ada)
    token = link(postbox)
    assert postbox.receivers.count(NEW) == 2  # that it was set, and the link
    assert "Ada" not in str(postbox.taken[-1][1])
    with transaction.atomic():
        faults_keep(Channel.EMAIL, [address_key(Channel.EMAIL, NEW)], "bounce_5.1.1", AT)
    assert email_prove(actor=Actor(None), at=AT + LASTS - MINUTE, token=token)
    assert not unproved(ada)
    assert faults_of([NEW]) == {}
    assert email_prove(actor=Actor(None), at=AT + LASTS - MINUTE, token=token)  # a second press says the same
    assert Event.objects.filter(tag="identity:email:proved", subject_id=ada.pk).count() == 1


@pytest.mark.django_db
def test_a_link_that_is_too_old_or_of_another_address_or_made_up_confirms_nothing(postbox: Postbox) -> None:
    ada = person(1, "Ada")
    types(ada, NEW)
    token = link(postbox)
    assert not email_prove(actor=Actor(None), at=AT + LASTS, token=token)
    types(ada, "baska@ornek.com.tr", AT + MINUTE)
    assert not email_prove(actor=Actor(None), at=AT + MINUTE, token=token)
    for odd in ("", "x", token[:-2], "ğ", "A" * 500):
        assert proof_read(odd, AT) is None
        assert not email_prove(actor=Actor(None), at=AT, token=odd)
    assert unproved(ada)


@pytest.mark.django_db
def test_no_address_is_sent_the_link_of_another(postbox: Postbox) -> None:
    """Typed, and typed anew before the first link left: the first address gets none."""
    ada = person(1, "Ada")
    types(ada, "yanlis@ornek.com.tr")
    types(ada, NEW)
    channel_send(Channel.EMAIL, at=AT)
    asked = [to for to, message in postbox.taken if "doğrulayın" in message["Subject"]]
    assert asked == [NEW]
    assert set(Delivery.objects.filter(kind=KIND).values_list("state", "code")) == {("dropped", "moot"), ("sent", "")}


@pytest.mark.django_db
def test_the_link_is_sent_again_when_it_is_asked_for_but_floods_nobody(postbox: Postbox) -> None:
    ada = person(1, "Ada")
    types(ada, NEW)
    for minute in range(10):
        assert not types(ada, NEW, AT + minute * MINUTE)
    assert Delivery.objects.filter(kind=KIND).count() == 1
    for number in range(1, 9):
        types(ada, NEW, AT + number * 10 * MINUTE)
    assert Delivery.objects.filter(kind=KIND).count() == 5
    email_prove(actor=Actor(None), at=AT + MINUTE, token=link(postbox, AT + 90 * MINUTE))
    types(ada, NEW, AT + timedelta(days=2))
    assert Delivery.objects.filter(kind=KIND).count() == 5  # it is confirmed: there is nothing to ask


@pytest.mark.django_db
def test_the_page_behind_the_link_does_nothing_before_the_button(settings: Any) -> None:
    ada = person(1, "Ada")
    settings.KATIP = settings.KATIP.model_copy(update={"help_phone": "2120000000"})
    types(ada, NEW, timezone.now())
    token = proof_token(ada.pk, address_key(Channel.EMAIL, NEW), timezone.now() + LASTS)
    url = reverse("account_email_prove") + f"?k={token}"
    client = Client()
    page = client.get(url)
    assert page.status_code == 200
    assert "Evet, bu adres benim" in page.text
    assert NEW not in page.text
    assert "Ada" not in page.text
    assert Person.objects.get(pk=ada.pk).email_unproved
    assert "Adresiniz doğrulandı" in client.post(url).text
    assert not Person.objects.get(pk=ada.pk).email_unproved
    Person.objects.filter(pk=ada.pk).update(email="")
    assert client.post(url).status_code == 404
    assert client.get(reverse("account_email_prove")).status_code == 404


@pytest.mark.django_db
def test_what_concerns_the_sign_in_goes_there_all_the_same(postbox: Postbox) -> None:
    ada = person(1, "Ada")
    types(ada, NEW)
    channel_send(Channel.EMAIL, at=AT)
    kinds = set(Delivery.objects.filter(address_key=address_key(Channel.EMAIL, NEW)).values_list("kind", flat=True))
    assert kinds == {KIND, NoticeKind.EMAIL_SET}
