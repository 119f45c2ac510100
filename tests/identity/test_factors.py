"""Second steps beneath the pages: who may change them, two at once, and answers that no browser would give."""

import json
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Row
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from katip.core.actor import OPERATOR, Actor, Proof
from katip.core.environment import Environment
from katip.core.errors import PermissionRefusedError
from katip.identity.factors import factors_of
from katip.identity.models import Person, Proofing, ProofingWay
from katip.identity.opening import enrolment_insert, proofing_insert
from katip.identity.passkeys import (
    Challenge,
    NewPasskey,
    PasskeyRefusedError,
    Purpose,
    addition_begin,
    addition_check,
    answer_check,
    answer_read,
    challenge_take,
    credential_key,
    use_begin,
)
from katip.identity.services import factors as services
from katip.identity.services import second_steps
from tests.cast import SECRET, person
from tests.identity.authenticator import Authenticator, b64, unb64
from tests.processes.test_concurrency import at_once, meet_after

NOW = datetime.now(UTC)
METHODS = ("totp", "webauthn", "webauthn_alone", "recovery_codes", "oidc", "")


@pytest.fixture
def ada(db: None) -> Person:
    return person(1, "Ada")


def actor(someone: Person, method: str = "totp", *, minutes: int = 1) -> Actor:
    return Actor(someone.pk, proof=Proof(method, NOW - timedelta(minutes=minutes)) if method else None)


def made(someone: Person, device: Authenticator) -> NewPasskey:
    session = SessionStore()
    options = addition_begin(session, NOW, someone, [])
    challenge = challenge_take(session, NOW, Purpose.ADD, someone.pk)
    return addition_check(challenge, someone.pk, device.create(options))


def added(someone: Person, device: Authenticator) -> services.Added:
    passkey = made(someone, device)
    return services.passkey_add(actor=actor(someone), at=NOW, passkey=passkey, name="Telefon", session_key="")


def test_a_right_counts_in_the_session_that_it_was_given_to_alone(ada: Person) -> None:
    proofing = proofing_insert(OPERATOR, NOW, Proofing(person=ada, way=ProofingWay.OPERATOR))
    right, who = enrolment_insert(OPERATOR, NOW, proofing), Actor(ada.pk)
    for number in (None, right.pk + 1):
        with pytest.raises(PermissionRefusedError):
            services.code_app_set(actor=who, at=NOW, secret=SECRET, session_key="", enrolment_id=number)
    assert services.code_app_set(actor=who, at=NOW, secret=SECRET, session_key="", enrolment_id=right.pk).codes


@pytest.mark.parametrize("method", METHODS)
def test_only_a_young_second_step_of_ones_own_changes_second_steps(ada: Person, method: str) -> None:
    passkey = made(ada, Authenticator())
    for minutes in (1, 16):
        who = actor(ada, method, minutes=minutes)
        calls: list[tuple[Any, dict[str, Any]]] = [
            (services.passkey_add, {"passkey": passkey, "name": "x", "session_key": ""}),
            (services.code_app_set, {"secret": "JBSWY3DPEHPK3PXP", "session_key": ""}),
            (services.recovery_codes_renew, {}),
            (services.passkey_rename, {"factor_id": 10**9, "name": "x"}),
            (services.factor_remove, {"factor_id": 10**9, "session_key": ""}),
        ]
        for call, asked in calls:
            if method in {"totp", "webauthn", "webauthn_alone"} and minutes == 1:
                with suppress(PermissionRefusedError):  # the last two: there is no such second step
                    call(actor=who, at=NOW, **asked)
            else:
                with pytest.raises(PermissionRefusedError, match="no_second_step"):
                    call(actor=who, at=NOW, **asked)
        kinds = [factor.kind for factor in factors_of(ada.pk)]
        allowed = method in {"totp", "webauthn", "webauthn_alone"}
        assert kinds == (["webauthn", "totp", "recovery_codes"] if allowed else [])


@pytest.mark.django_db(transaction=True)
def test_of_two_removed_at_once_one_stays(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [added(ada, Authenticator()).id for _ in range(2)]
    meet_after(monkeypatch, services, "_mine", patience=1)
    ended = at_once(
        *(
            lambda number=number: services.factor_remove(actor=actor(ada), at=NOW, factor_id=number, session_key="")
            for number in numbers
        )
    )
    assert Row.objects.filter(user=ada, type="webauthn").count() == 1
    assert sorted(type(one).__name__ for one in ended) == ["LastFactorError", "NoneType"]


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_used_twice_at_once_works_once(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    code = added(ada, Authenticator()).codes[0]
    meet_after(monkeypatch, second_steps, "code_key", patience=1)
    ended = at_once(*(lambda: second_steps.recovery_code_use(actor=Actor(ada.pk), at=NOW, code=code) for _ in range(2)))
    assert sum(isinstance(one, second_steps.RecoveryCodeWrongError) for one in ended) == 1
    assert factors_of(ada.pk)[-1].left == 9


@pytest.mark.django_db(transaction=True)
def test_a_challenge_taken_at_once_from_one_session_is_taken_once(ada: Person) -> None:
    session = SessionStore()
    use_begin(session, NOW, Purpose.SIGN_IN, known=[])
    kept = dict(session.items())
    barrier = threading.Barrier(2)

    def take() -> Challenge:
        mine = SessionStore()
        mine.update(kept)
        barrier.wait(10)
        return challenge_take(mine, NOW, Purpose.SIGN_IN, None)

    ended = at_once(take, take)
    assert sum(isinstance(one, PasskeyRefusedError) for one in ended) == 1
    assert ada.pk


@pytest.mark.parametrize("asked", list(Purpose))
@pytest.mark.parametrize("taken", list(Purpose))
def test_a_challenge_is_found_for_its_own_purpose_only(ada: Person, asked: Purpose, taken: Purpose) -> None:
    session = SessionStore()
    if asked == Purpose.ADD:
        addition_begin(session, NOW, ada, [])
    else:
        use_begin(session, NOW, asked, person_id=ada.pk, known=[])
    if asked == taken:
        assert challenge_take(session, NOW, taken, ada.pk).value
        return
    with pytest.raises(PasskeyRefusedError, match="no_challenge"):
        challenge_take(session, NOW, taken, ada.pk)


@pytest.mark.parametrize(
    ("address", "origin", "rp"),
    [
        ("", "http://localhost:8000", "localhost"),
        ("https://Katip.Example/", "https://katip.example", "katip.example"),
        ("https://katip.example:443", "https://katip.example", "katip.example"),
        ("https://katip.example:8443", "https://katip.example:8443", "katip.example"),
    ],
)
def test_passkeys_are_asked_for_at_the_installations_own_address(
    ada: Person, settings: Any, address: str, origin: str, rp: str
) -> None:
    settings.KATIP = Environment(public_url=address)
    session, device = SessionStore(), Authenticator()
    options = addition_begin(session, NOW, ada, [])
    assert (options["origin"], options["publicKey"]["rp"]["id"]) == (origin, rp)
    challenge = Challenge(**session["passkey_add"])
    assert addition_check(challenge, ada.pk, device.create(options)).verified
    for other in (origin + "0", origin.replace("http", "ftp"), f"{origin}/", "https://kotu." + rp, "null"):
        with pytest.raises(PasskeyRefusedError):
            addition_check(challenge, ada.pk, device.create(options, origin=other))


def test_there_is_an_end_to_passkeys(ada: Person) -> None:
    for _ in range(services.MOST_PASSKEYS):
        added(ada, Authenticator())
    with pytest.raises(services.TooManyPasskeysError):
        added(ada, Authenticator())


def test_a_passkey_is_found_by_one_look_into_an_index(ada: Person) -> None:
    device = Authenticator()
    added(ada, device)
    row = Row.objects.get(user=ada, type="webauthn")
    assert row.data["credential_key"] == credential_key(device.passkeys[0].id)
    plan = Row.objects.filter(type="webauthn", data__credential_key="x").explain()
    assert "Scan" in plan
    assert Row.objects.filter(type="webauthn", data__credential_key=row.data["credential_key"]).get() == row


BREAKS = some.tuples(some.integers(0, 400), some.binary(max_size=3))


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=some.sampled_from(["attestationObject", "clientDataJSON"]), breaks=some.lists(BREAKS, min_size=1, max_size=4)
)
def test_a_broken_registration_is_refused_and_nothing_else(where: str, breaks: list[tuple[int, bytes]]) -> None:
    someone = Person(pk=1, given_name="Ada", family_name="Örnek")
    session = SessionStore()
    options = addition_begin(session, NOW, someone, [])
    answer = json.loads(Authenticator().create(options))
    answer["response"][where] = b64(_broken(unb64(answer["response"][where]), breaks))
    challenge = Challenge(**session["passkey_add"])
    with suppress(PasskeyRefusedError):
        addition_check(challenge, 1, json.dumps(answer))


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=some.sampled_from(["authenticatorData", "clientDataJSON", "signature", "userHandle"]),
    breaks=some.lists(BREAKS, min_size=1, max_size=4),
)
def test_a_broken_answer_is_refused(where: str, breaks: list[tuple[int, bytes]]) -> None:
    someone = Person(pk=1, given_name="Ada", family_name="Örnek")
    session, device = SessionStore(), Authenticator()
    credential = addition_check_of(session, someone, device)
    options = use_begin(session, NOW, Purpose.SIGN_IN, known=[])
    answer = json.loads(device.get(options))
    whole = unb64(answer["response"][where])
    broken = _broken(whole, breaks)
    answer["response"][where] = b64(broken)
    challenge = Challenge(**session["passkey_sign_in"])
    if broken == whole:
        assert answer_check(challenge, answer_read(json.dumps(answer)), 1, credential) == 2
        return
    with pytest.raises(PasskeyRefusedError):
        answer_check(challenge, answer_read(json.dumps(answer)), 1, credential)


@hypothesis_settings(max_examples=100, deadline=None)
@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(max_size=8),
        lambda inner: (
            some.lists(inner, max_size=3)
            | some.dictionaries(
                some.sampled_from(["id", "rawId", "type", "response", "clientDataJSON"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_refused(value: Any) -> None:
    challenge = Challenge(b64(b"c" * 32), "required", 1, NOW.timestamp())
    with pytest.raises(PasskeyRefusedError):
        answer_read(json.dumps(value))
    with pytest.raises(PasskeyRefusedError):
        addition_check(challenge, 1, json.dumps(value))


def addition_check_of(session: SessionStore, someone: Person, device: Authenticator) -> str:
    options = addition_begin(session, NOW, someone, [])
    return addition_check(Challenge(**session["passkey_add"]), 1, device.create(options)).credential


def _broken(whole: bytes, breaks: list[tuple[int, bytes]]) -> bytes:
    """Bytes put over others, or cut off where there are none to put."""
    for place, piece in breaks:
        at = place % (len(whole) + 1)
        whole = whole[:at] + piece + whole[at + len(piece) :] if piece else whole[:at]
    return whole
