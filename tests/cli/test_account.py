"""`katip account`: face to face, a code; nothing personal in arguments or on the screen but the name."""

import re

import pytest
from click.testing import CliRunner, Result
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from katip.audit.models import Event
from katip.cli import account
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.identity.models import ActivationCode, Person, Proofing, ProofingWay, SecurityNotice
from katip.identity.services.activation import code_find
from katip.identity.services.sessions import sessions_end_everybody, sessions_end_of
from tests.cast import national_id, person, sign_in_open, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def runs(*arguments: str, typed: str) -> Result:
    return CliRunner().invoke(account.command, list(arguments), input=typed)


@pytest.mark.parametrize("lost", [False, True])
def test_a_code_is_printed_once_with_its_end(lost: bool) -> None:
    ada = person(1, "Ada")
    answer = runs("open", *(["--lost"] if lost else []), typed=f"{national_id(1)}\ny\n")
    found = re.search(r"^Code:\s+((?:[2-9A-Z]{4}-){2}[2-9A-Z]{4})$", answer.output, re.MULTILINE)
    assert found is not None, answer.output
    row = ActivationCode.objects.get()
    assert code_find(ada.national_id_key, found[1], timezone.now()) == row
    assert (row.resets, row.opens_password, row.opens_second_step) == (lost, True, True)
    assert Proofing.objects.get().way == ProofingWay.OPERATOR
    assert f"Works until: {timezone.localtime(row.expires_at):%d.%m.%Y %H:%M} (Istanbul), once" in answer.output
    assert "/hesap-ac/" in answer.output
    assert not Person.objects.get().has_usable_password()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12345678901\n", "That is not a T.C. kimlik no"),
        (f"{national_id(2)}\n", "Nobody with this number"),
        (f"{national_id(3)}\n", "This account is closed."),
        (f"{national_id(1)}\nn\n", "Aborted"),
    ],
)
def test_nobody_gets_a_code_unseen(typed: str, said: str) -> None:
    person(1, "Ada")
    closed = person(3, "Ece")
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    answer = runs("open", typed=typed)
    assert said in answer.output
    assert answer.exit_code != 0
    assert not ActivationCode.objects.exists()
    assert not Proofing.objects.exists()


def test_a_code_is_taken_back() -> None:
    person(1, "Ada")
    runs("open", typed=f"{national_id(1)}\ny\n")
    assert "Taken back." in runs("revoke", typed=f"{national_id(1)}\n").output
    assert ActivationCode.objects.get().revoked_at is not None
    assert "Nothing is open." in runs("revoke", typed=f"{national_id(1)}\n").output


def is_in(client: Client) -> bool:
    return client.get("/hesabim/").status_code == 200


def test_one_persons_sessions_end_in_every_browser_and_they_are_told() -> None:
    ada, ece = person(1, "Ada"), person(2, "Ece")
    for someone in (ada, ece):
        sign_in_open(someone)
    mine, hers = [signed_in(ada), signed_in(ada)], signed_in(ece)
    assert "Sessions ended: 2" in runs("end-sessions", typed=f"{national_id(1)}\n").output
    assert [is_in(one) for one in (*mine, hers)] == [False, False, True]
    assert list(SecurityNotice.objects.values_list("person_id", "kind")) == [(ada.pk, "session_ended")]
    event = Event.objects.get(tag="identity:session:ended")
    assert (event.subject_id, event.actor_id) == (ada.pk, None)
    assert "Sessions ended: 0" in runs("end-sessions", typed=f"{national_id(1)}\n").output
    assert SecurityNotice.objects.count() == 1


def test_everybodys_sessions_end_and_sign_ins_on_their_way() -> None:
    ada, ece = person(1, "Ada"), person(2, "Ece")
    for someone in (ada, ece):
        sign_in_open(someone)
    clients = [signed_in(ada), signed_in(ece)]
    half_way = Client()
    session = half_way.session
    session["account_login"] = {}
    session.save()
    assert "Aborted" in runs("end-sessions", "--everybody", typed="n\n").output
    assert all(map(is_in, clients))
    assert "Sessions ended: 2" in runs("end-sessions", "--everybody", typed="y\n").output
    assert not any(map(is_in, clients))
    assert not Session.objects.exists()
    assert set(SecurityNotice.objects.values_list("person_id", flat=True)) == {ada.pk, ece.pk}
    assert Event.objects.filter(tag="identity:session:ended").count() == 2


def test_only_the_operator_ends_others_sessions() -> None:
    ada = person(1, "Ada")
    with pytest.raises(PermissionRefusedError):
        sessions_end_of(actor=Actor(ada.pk), at=timezone.now(), person_id=ada.pk)
    with pytest.raises(PermissionRefusedError):
        sessions_end_everybody(actor=Actor(ada.pk), at=timezone.now())
