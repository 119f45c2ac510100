"""What leaves, and what becomes of it: signed, tried again, given up, paused; against a real server on loopback."""

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.core.actor import OPERATOR
from katip.core.outbound import Bounds
from katip.notices.hooks import sending
from katip.notices.hooks.sending import hooks_send
from katip.notices.hooks.services.replay import hook_test
from katip.notices.hooks.services.send import Tried, asked_pause, hook_settle, hooks_claim
from katip.notices.hooks.services.subscribe import hook_rotate
from katip.notices.models import HookDelivery, HookSubscription
from tests.cast import AT, World
from tests.notices.hooks.conftest import subscribed
from tests.notices.hooks.receiver import Receiver, receiver_open, signed_by

pytestmark = pytest.mark.django_db


def trial(world: World, hook: HookSubscription, at: datetime = AT) -> HookDelivery:
    return hook_test(actor=world.actor("manager", at=at), at=at, number=hook.pk)


def sent(at: datetime = AT) -> int:
    return hooks_send(lambda: at, lambda: False)


def delivery() -> HookDelivery:
    return HookDelivery.objects.get()


def test_it_leaves_signed_in_the_form_of_the_specification(world: World, receiver: Receiver) -> None:
    hook, secret = subscribed(world, receiver.url)
    made = trial(world, hook)
    assert sent(AT + timedelta(seconds=1)) == 1
    (came,) = receiver.came
    assert signed_by(secret, came)
    assert came.headers["webhook-id"] == made.number == f"test_{made.pk}"
    assert came.headers["webhook-timestamp"] == str(int(AT.timestamp()) + 1)
    assert came.headers["host"] == f"localhost:{receiver.port}"
    assert json.loads(came.body) == {
        "id": made.number,
        "type": "test",
        "timestamp": "2025-06-02T09:00:00.000Z",
        "data": {},
    }
    found = delivery()
    assert (found.state, found.outcome, found.status, found.tries) == ("taken", "taken", 204, 1)
    assert sent(AT + timedelta(days=1)) == 0


def test_a_former_secret_signs_beside_the_new_one_for_a_day(world: World, receiver: Receiver) -> None:
    hook, former = subscribed(world, receiver.url)
    secret = hook_rotate(actor=world.actor("manager"), at=AT, number=hook.pk)
    for at in (AT + timedelta(hours=23), AT + timedelta(hours=25)):
        trial(world, hook, at)
        sent(at)
    first, second = receiver.came
    assert (signed_by(former, first), signed_by(secret, first)) == (True, True)
    assert (signed_by(former, second), signed_by(secret, second)) == (False, True)


def test_a_receiver_that_fails_is_asked_ever_more_seldom_until_it_takes(
    world: World, receiver: Receiver, hook: HookSubscription
) -> None:
    receiver.answers = [(500, {}), (404, {}), (503, {}), (200, {})]
    trial(world, hook)
    at, pauses = AT, []
    for _ in range(4):
        sent(at)
        before, at = at, HookSubscription.objects.get().next_at or at
        pauses.append((at - before).total_seconds())
        assert sent(at - timedelta(milliseconds=1)) == 0
    assert (delivery().status, delivery().tries) == (200, 4)
    assert all(least <= pause <= 1.2 * least for least, pause in zip((5, 30, 120), pauses, strict=False))
    assert (HookSubscription.objects.get().failures, len(receiver.came)) == (0, 4)
    assert len({came.headers["webhook-id"] for came in receiver.came}) == 1


def test_while_a_receiver_fails_it_is_asked_for_one_thing_at_a_time(
    world: World, receiver: Receiver, hook: HookSubscription
) -> None:
    receiver.answers = [(500, {})]
    for _ in range(6):
        trial(world, hook)
    sent()
    assert len(receiver.came) == 1
    sent(AT + timedelta(minutes=20))
    assert len(receiver.came) == 2
    receiver.answers = [(200, {})]
    assert sent(AT + timedelta(minutes=60)) == 6
    assert (len(receiver.came), HookSubscription.objects.get().next_at) == (8, None)


def test_what_nobody_takes_for_three_days_pauses_the_subscription(
    world: World, receiver: Receiver, hook: HookSubscription
) -> None:
    receiver.answers = [(500, {})]
    trial(world, hook)
    at = AT
    for _ in range(40):
        sent(at)
        following = HookSubscription.objects.get().next_at
        if following is None:
            break
        at = following
    found = HookSubscription.objects.get()
    assert (found.state, found.pause, delivery().state) == ("paused", "failing", "failed")
    assert at - AT == timedelta(days=3)
    assert 12 <= delivery().tries <= 25
    event = Event.objects.get(tag="notices:hook:paused")
    assert (event.subject_id, event.detail.body["why"], event.detail.body["provider"]) == (
        hook.pk,
        "failing",
        world.provider.pk,
    )


def test_one_thing_that_is_never_taken_does_not_stop_the_rest(
    world: World, receiver: Receiver, hook: HookSubscription
) -> None:
    receiver.answers = [(422, {})]
    trial(world, hook)
    sent()
    receiver.answers = [(200, {})]
    trial(world, hook, AT + timedelta(hours=1))
    HookDelivery.objects.filter(tries=1).update(due_at=AT + timedelta(days=3))
    sent(AT + timedelta(hours=1))
    receiver.answers = [(422, {})]
    sent(AT + timedelta(days=3))
    assert HookDelivery.objects.earliest("pk").state == "failed"
    assert HookSubscription.objects.get().state == "active"


def test_a_receiver_that_is_gone_is_left_alone(world: World, receiver: Receiver, hook: HookSubscription) -> None:
    receiver.answers = [(410, {})]
    trial(world, hook)
    sent()
    found = HookSubscription.objects.get()
    assert (found.state, found.pause, delivery().state) == ("paused", "gone", "held")


FAULTS: dict[str, Callable[[Receiver], None]] = {
    "redirected": lambda receiver: receiver.answers.insert(0, (307, {"Location": "http://169.254.169.254/"})),
    "slow": lambda receiver: receiver.hangs.set(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_is_kept_by_its_name(
    world: World, receiver: Receiver, hook: HookSubscription, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BOUNDS", Bounds(0.3, 1000))
    FAULTS[fault](receiver)
    trial(world, hook)
    sent()
    assert (delivery().outcome, delivery().status, delivery().state) == (fault, None, "waiting")
    assert len(receiver.came) == 1


def test_a_name_that_leads_into_a_private_network_is_not_asked(
    world: World, receiver: Receiver, hook: HookSubscription, settings: Any
) -> None:
    trial(world, hook)
    settings.KATIP = settings.KATIP.model_copy(update={"webhook_loopback": False})
    sent()
    assert (delivery().outcome, receiver.came) == ("forbidden", [])


def test_a_name_whose_address_changed_since_is_looked_at_again(
    world: World, receiver: Receiver, hook: HookSubscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def moved(host: str, port: int, **more: Any) -> Any:
        return resolve(host if host != "localhost" else "10.0.0.7", port, **more)

    monkeypatch.setattr(socket, "getaddrinfo", moved)
    trial(world, hook)
    sent()
    assert (delivery().outcome, receiver.came) == ("forbidden", [])


def test_a_slow_receiver_keeps_no_other_one_waiting(
    world: World, receiver: Receiver, hook: HookSubscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_LOOK_SECONDS", 0.01)
    receiver.hangs.set()
    for _ in range(10):
        trial(world, hook)
    with receiver_open() as other:
        quick, _ = subscribed(world, other.url)
        looks = [0]

        def now() -> datetime:
            looks[0] += 1
            if looks[0] == 20:  # the slow one has had every occasion to take all the room
                trial(world, quick)
            if other.arrived.is_set():
                receiver.over.set()
            return AT

        begun = time.monotonic()
        hooks_send(now, other.arrived.is_set)
        assert time.monotonic() - begun < 5
        assert (len(other.came), len(receiver.came)) == (1, 1)


def test_what_one_sender_has_taken_another_does_not_send(
    world: World, receiver: Receiver, hook: HookSubscription
) -> None:
    trial(world, hook)
    (claimed,) = hooks_claim(actor=OPERATOR, at=AT, most=8)
    assert hooks_claim(actor=OPERATOR, at=AT, most=8) == []
    later = AT + timedelta(minutes=6)  # who took it died
    (again,) = hooks_claim(actor=OPERATOR, at=later, most=8)
    assert again.deliveries == claimed.deliveries


def test_an_answer_that_comes_after_a_pause_still_counts(world: World, hook: HookSubscription) -> None:
    trial(world, hook)
    (claimed,) = hooks_claim(actor=OPERATOR, at=AT, most=8)
    HookSubscription.objects.update(state="paused", pause="own", next_at=None)
    HookDelivery.objects.update(state="held")
    hook_settle(actor=OPERATOR, at=AT, claimed=claimed, tried=[Tried("taken", AT, 200)])
    assert (delivery().state, HookSubscription.objects.get().next_at) == ("taken", None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Jun 2025 09:05:00 GMT", 300),
        ("Mon, 02 Jun 2020 09:05:00 GMT", 0),
        ("9" * 30, 0),
        ("999999", 86_400),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
    ],
)
def test_a_pause_that_is_asked_for_is_kept_within_a_day(text: str, seconds: int) -> None:
    assert asked_pause(text, AT).total_seconds() == seconds
    assert AT.tzinfo is UTC
