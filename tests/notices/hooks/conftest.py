"""A subscription of the cast's provider, at a receiver on loopback, which the operator allows here."""

from collections.abc import Iterator
from typing import Any

import pytest

from katip.core.environment import Environment
from katip.notices.hooks.services.subscribe import hook_subscribe
from katip.notices.models import HookKind, HookSubscription
from tests.cast import AT, World
from tests.notices.hooks.receiver import Receiver, receiver_open


@pytest.fixture
def loopback(settings: Any) -> Environment:
    settings.KATIP = settings.KATIP.model_copy(update={"webhook_loopback": True})
    site: Environment = settings.KATIP
    return site


@pytest.fixture
def receiver(loopback: Environment) -> Iterator[Receiver]:
    with receiver_open() as made:
        yield made


@pytest.fixture
def hook(world: World, receiver: Receiver) -> HookSubscription:
    return subscribed(world, receiver.url)[0]


def subscribed(
    world: World, url: str, role: str = "manager", kinds: tuple[str, ...] = tuple(HookKind.values)
) -> tuple[HookSubscription, str]:
    return hook_subscribe(actor=world.actor(role), at=AT, url=url, kinds=kinds)
