"""`katip account`: face to face, a code; nothing personal in arguments or on the screen but the name."""

import re

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from katip.cli import account
from katip.identity.models import ActivationCode, Person, Proofing, ProofingWay
from katip.identity.services.activation import code_find
from tests.cast import national_id, person

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
