"""Who may say where programs are told, and what can be done with it."""

from datetime import timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.core.actor import Actor, Capacity, Proof
from katip.core.crypto import unseal
from katip.core.environment import Environment
from katip.core.errors import PermissionRefusedError
from katip.notices.hooks.addresses import HookAddressError, require_address
from katip.notices.hooks.checks import webhook_errors
from katip.notices.hooks.selectors import MOST, find_hook, hooks_of
from katip.notices.hooks.services.replay import delivery_replay, hook_replay, hook_test
from katip.notices.hooks.services.subscribe import (
    HookError,
    hook_change,
    hook_end,
    hook_pause,
    hook_resume,
    hook_rotate,
    hook_subscribe,
)
from katip.notices.models import HookDelivery, HookSubscription
from tests.cast import AT, World
from tests.notices.hooks.conftest import subscribed

pytestmark = pytest.mark.django_db
URL = "https://isg.ornek.com.tr/katip"
ACTS: list[tuple[Any, dict[str, Any]]] = [
    (hook_change, {"url": URL, "kinds": ["offer.made"]}),
    (hook_rotate, {}),
    (hook_pause, {}),
    (hook_resume, {"held": True}),
    (hook_end, {}),
    (hook_test, {}),
    (hook_replay, {"since": AT}),
    (delivery_replay, {"delivery": 1}),
]


@pytest.mark.parametrize(
    "url",
    [
        "https://isg.ornek.com.tr",
        "https://isg.ornek.com.tr:443/a?b=c",
        "https://8.8.8.8/katip",
        "https://[2606:4700::1111]/katip",
    ],
)
def test_an_address_of_the_public_internet_may_be_named(url: str) -> None:
    assert require_address(f" {url} ") == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://isg.ornek.com.tr", "address_scheme"),
        ("ftp://isg.ornek.com.tr", "address_scheme"),
        ("gopher://127.0.0.1", "address_scheme"),
        ("isg.ornek.com.tr/katip", "address_form"),
        ("https://", "address_form"),
        ("https://ali:veli@isg.ornek.com.tr", "address_form"),
        ("https://isg.ornek.com.tr/#x", "address_form"),
        ("https://isg.ornek.com.tr/a b", "address_form"),
        ("https://isg.ornek.com.tr/ğ", "address_form"),
        ("https://isg.ornek.com.tr:99999/", "address_form"),
        ("https://[::1", "address_form"),
        ("https://isg.ornek.com.tr/" + "x" * 500, "address_form"),
        ("https://isg.ornek.com.tr:22/", "address_port"),
        ("https://isg.ornek.com.tr:8443/", "address_port"),
        ("https://localhost/", "address_ours"),
        ("https://127.0.0.1/", "address_private"),
        ("https://127.1/", "address_private"),
        ("https://2130706433/", "address_private"),
        ("https://10.1.2.3/", "address_private"),
        ("https://[::ffff:10.1.2.3]/", "address_private"),
        ("https://intranet/", "address_private"),
        ("https://db.local/", "address_private"),
        ("https://metadata.google.internal/", "address_private"),
    ],
)
def test_what_could_never_be_sent_to_is_refused_at_once(url: str, code: str) -> None:
    with pytest.raises(HookAddressError) as caught:
        require_address(url)
    assert caught.value.code == code


def test_the_operator_may_open_further_ports(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"webhook_ports": "443, 8443"})
    assert require_address("https://isg.ornek.com.tr:8443/")


def test_a_provider_and_a_workplace_may_each_have_theirs(world: World) -> None:
    ours, secret = subscribed(world, URL)
    theirs, _ = subscribed(world, URL, "owner")
    assert (ours.provider_id, ours.workplace_id) == (world.provider.pk, None)
    assert (theirs.provider_id, theirs.workplace_id) == (None, world.workplace.pk)
    assert secret.startswith("whsec_")
    assert unseal(ours.secret_sealed) == secret
    assert hooks_of(world.actor("manager"), AT) == [ours]
    assert hooks_of(world.actor("colleague"), AT) == [theirs]
    event = Event.objects.get(tag="notices:hook:made", subject_id=ours.pk)
    assert event.detail.body["host"] == "isg.ornek.com.tr"
    assert "/katip" not in str(event.detail.body)


@pytest.mark.parametrize("role", ["specialist", "accountant", "stranger"])
def test_nobody_sees_or_touches_anothers(world: World, role: str) -> None:
    hook, _ = subscribed(world, URL)
    actor = world.actor(role)
    if actor.capacity == Capacity.WORKPLACE:
        assert find_hook(actor, AT, hook.pk) is None
    for act, more in ACTS:
        with pytest.raises(PermissionRefusedError):
            act(actor=actor, at=AT, number=hook.pk, **more)
    borrowed = Actor(actor.person_id, Capacity.PROVIDER, world.provider.pk, actor.proof)
    for act, more in ACTS:
        with pytest.raises(PermissionRefusedError):
            act(actor=borrowed, at=AT, number=hook.pk, **more)
    assert HookSubscription.objects.get().state == "active"


def test_a_secret_is_made_only_after_a_fresh_second_step(world: World) -> None:
    hook, _ = subscribed(world, URL)
    for proof in (None, Proof("totp", AT - timedelta(hours=1))):
        actor = Actor(world.manager.pk, Capacity.PROVIDER, world.provider.pk, proof)
        with pytest.raises(PermissionRefusedError):
            hook_subscribe(actor=actor, at=AT, url=URL, kinds=["offer.made"])
        with pytest.raises(PermissionRefusedError):
            hook_rotate(actor=actor, at=AT, number=hook.pk)
    assert HookSubscription.objects.count() == 1


def test_kinds_and_the_number_of_subscriptions_are_bounded(world: World) -> None:
    for kinds, code in (((), "kinds_none"), (("offer.made", "person.born"), "kinds_unknown")):
        with pytest.raises(HookError, match=code):
            subscribed(world, URL, kinds=kinds)
    for _ in range(MOST):
        subscribed(world, URL)
    with pytest.raises(HookError, match="too_many"):
        subscribed(world, URL)


def test_what_was_held_is_sent_when_it_starts_again_or_left(world: World) -> None:
    manager = world.actor("manager")
    hook, _ = subscribed(world, URL)
    hook_test(actor=manager, at=AT, number=hook.pk)
    hook_pause(actor=manager, at=AT, number=hook.pk)
    assert HookDelivery.objects.get().state == "held"
    with pytest.raises(HookError, match="not_active"):
        hook_test(actor=manager, at=AT, number=hook.pk)
    hook_resume(actor=manager, at=AT, number=hook.pk, held=False)
    assert (HookDelivery.objects.get().state, HookSubscription.objects.get().next_at) == ("held", None)
    hook_pause(actor=manager, at=AT, number=hook.pk)
    later = AT + timedelta(days=5)
    hook_resume(actor=world.actor("manager", at=later), at=later, number=hook.pk, held=True)
    found = HookDelivery.objects.get()
    assert (found.state, found.since, HookSubscription.objects.get().next_at) == ("waiting", later, later)


def test_what_was_sent_goes_again_singly_or_from_a_moment(world: World) -> None:
    manager = world.actor("manager")
    hook, _ = subscribed(world, URL)
    for hour, state in enumerate(("taken", "failed", "held", "taken")):
        HookDelivery.objects.create(
            subscription=hook,
            position=hour,
            kind="offer.made",
            at=AT + timedelta(hours=hour),
            state=state,
            due_at=AT,
            since=AT,
            tries=9,
        )
    later = AT + timedelta(hours=9)
    actor = world.actor("manager", at=later)
    assert hook_replay(actor=actor, at=later, number=hook.pk, since=AT + timedelta(hours=1)) == 3
    rows = list(HookDelivery.objects.order_by("pk").values_list("state", "tries", "since"))
    assert rows == [("taken", 9, AT), *[("waiting", 0, later)] * 3]
    assert HookSubscription.objects.get().next_at == later
    first = HookDelivery.objects.earliest("pk")
    delivery_replay(actor=actor, at=later, number=hook.pk, delivery=first.pk)
    first.refresh_from_db()
    assert (first.state, first.number) == ("waiting", "evt_0")
    with pytest.raises(PermissionRefusedError):
        delivery_replay(actor=manager, at=AT, number=hook.pk, delivery=10**9)


def test_an_ended_one_is_gone_with_its_secret(world: World) -> None:
    hook, _ = subscribed(world, URL)
    hook_end(actor=world.actor("manager"), at=AT, number=hook.pk)
    found = HookSubscription.objects.get()
    assert (found.state, bytes(found.secret_sealed)) == ("ended", b"")
    assert hooks_of(world.actor("manager"), AT) == []


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        ({}, []),
        ({"webhook_ports": "443 8443"}, []),
        ({"webhook_ports": "https"}, ["katip.E022"]),
        ({"webhook_ports": "0"}, ["katip.E022"]),
        ({"webhook_loopback": True}, ["katip.E021"]),
        ({"webhook_loopback": True, "env": "development"}, []),
    ],
)
def test_a_production_that_lets_webhooks_in_does_not_start(told: dict[str, Any], ids: list[str]) -> None:
    environment = Environment(**({"env": "production"} | told))
    assert [message.id for message in webhook_errors(environment)] == ids
