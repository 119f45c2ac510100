"""Codes that open sign-in: who may hand them over, what using one does, and that nobody uses one twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from katip.audit.models import Event, EventDetail
from katip.core.actor import OPERATOR, Actor
from katip.core.errors import PermissionRefusedError
from katip.identity.models import ActivationCode, Enrolment, Person, Proofing, ProofingWay, SecurityNotice
from katip.identity.opening import ENROLMENT_LASTS, code_key
from katip.identity.services.activation import (
    CodeRefusedError,
    activation_issue,
    activation_revoke,
    activation_second_step,
    activation_use,
    code_find,
)
from katip.notices.models import Delivery
from tests.cast import World, person

NEW = "altı kuru incir, bir ceviz"


@pytest.fixture
def ada(db: None) -> Person:
    return person(1, "Ada")


def issued(someone: Person, *, lost: bool = False) -> tuple[str, ActivationCode]:
    return activation_issue(actor=OPERATOR, at=timezone.now(), person_id=someone.pk, lost=lost)


def uses(row: ActivationCode, someone: Person, *, password: str | None = NEW) -> Person:
    return activation_use(actor=Actor(someone.pk), at=timezone.now(), code_id=row.pk, password=password)


@pytest.mark.parametrize("service", [activation_issue, activation_revoke])
def test_only_the_operator_hands_over_and_takes_back(world: World, service: Any) -> None:
    for actor in (Actor(None), Actor(world.owner.pk), world.actor("manager")):
        with pytest.raises(PermissionRefusedError, match="operator_only"):
            service(actor=actor, at=timezone.now(), person_id=world.owner.pk)
    assert not ActivationCode.objects.exists()


def test_a_code_is_kept_as_a_hash_and_written_nowhere_else(ada: Person) -> None:
    code, row = issued(ada)
    proofing = Proofing.objects.get()
    assert (proofing.way, proofing.person_id, row.proofing_id) == (ProofingWay.OPERATOR, ada.pk, proofing.pk)
    assert row.code_key == code_key(code)
    assert row.expires_at - row.issued_at == timedelta(days=14)
    told = [
        *EventDetail.objects.values_list("body", flat=True),
        *SecurityNotice.objects.values_list("detail", flat=True),
    ]
    told += Delivery.objects.values_list("detail", flat=True)
    assert code not in str(told)
    assert code not in str(list(ActivationCode.objects.values()))


def test_a_new_code_ends_the_one_before(ada: Person) -> None:
    first, _ = issued(ada)
    second, row = issued(ada)
    assert code_find(ada.national_id_key, first, timezone.now()) is None
    assert code_find(ada.national_id_key, second, timezone.now()) == row


def test_what_is_taken_back_opens_nothing(ada: Person) -> None:
    code, row = issued(ada)
    asked: dict[str, Any] = {"actor": OPERATOR, "at": timezone.now(), "person_id": ada.pk}
    assert activation_revoke(**asked) == 1
    assert activation_revoke(**asked) == 0
    assert code_find(ada.national_id_key, code, timezone.now()) is None
    with pytest.raises(CodeRefusedError):
        uses(row, ada)
    assert Event.objects.filter(tag="identity:activation_code:revoked").count() == 1
    _, again = issued(ada)
    uses(again, ada)
    assert activation_revoke(**asked | {"at": timezone.now()}) == 1  # the right that the code gave
    assert Enrolment.objects.get().revoked_at is not None


def test_a_code_works_until_its_last_moment(ada: Person) -> None:
    code, row = issued(ada)
    end = row.expires_at
    assert code_find(ada.national_id_key, code, end - timedelta(seconds=1)) == row
    assert code_find(ada.national_id_key, code, end) is None
    with pytest.raises(CodeRefusedError):
        activation_use(actor=Actor(ada.pk), at=end, code_id=row.pk, password=NEW)


def test_nobody_uses_anothers_code(ada: Person) -> None:
    other = person(2, "Deniz")
    code, row = issued(ada)
    assert code_find(other.national_id_key, code, timezone.now()) is None
    with pytest.raises(CodeRefusedError):
        uses(row, other)
    with pytest.raises(CodeRefusedError):
        activation_second_step(actor=Actor(other.pk), at=timezone.now(), code_id=row.pk, keep="")
    assert ActivationCode.objects.get().used_at is None


def test_a_code_for_the_password_alone_is_not_used_up_for_a_second_step(ada: Person) -> None:
    _, row = issued(ada)
    ActivationCode.objects.update(opens_second_step=False)
    with pytest.raises(CodeRefusedError):
        activation_second_step(actor=Actor(ada.pk), at=timezone.now(), code_id=row.pk, keep="")
    assert ActivationCode.objects.get().used_at is None
    assert not Enrolment.objects.exists()


def test_all_of_it_or_nothing(ada: Person) -> None:
    _, row = issued(ada)
    before = Event.objects.count()
    with pytest.raises(ValidationError):
        uses(row, ada, password="kısa")
    with pytest.raises(CodeRefusedError):
        uses(row, ada, password=None)  # it opens a password: one without is for codes that open none
    assert Event.objects.count() == before
    assert ActivationCode.objects.get().used_at is None
    assert not Person.objects.get().has_usable_password()
    uses(row, ada)
    right = Enrolment.objects.get()
    assert right.expires_at - right.opened_at == ENROLMENT_LASTS


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_code_at_once_one_is_first() -> None:
    ada = person(1, "Ada")
    _, row = issued(ada)

    def use(password: str) -> bool:
        try:
            uses(row, ada, password=password)
        except CodeRefusedError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        first = list(pool.map(use, [f"{NEW} {number}" for number in range(4)]))
    assert sum(first) == 1
    assert Enrolment.objects.count() == 1
    assert Event.objects.filter(tag="identity:activation_code:used").count() == 1
