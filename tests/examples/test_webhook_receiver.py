"""The receiver that providers may copy: takes what we signed, once, and nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from katip.notices.hooks.sending import hooks_send
from katip.notices.hooks.services.replay import delivery_replay, hook_test
from katip.notices.hooks.services.subscribe import hook_change, hook_rotate, hook_subscribe
from katip.notices.hooks.signing import headers_signed, secret_draw
from katip.notices.models import HookDelivery
from tests.cast import World

SCRIPT = Path(__file__).parents[2] / "examples" / "webhook_receiver.py"
pytestmark = pytest.mark.django_db


@dataclass
class Running:
    """The script at work, with the secrets that it was given."""

    url: str
    journal: Path

    @property
    def numbers(self) -> list[str]:
        if not self.journal.exists():
            return []
        return [json.loads(line)["id"] for line in self.journal.read_text().splitlines()]

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        request = Request(self.url, data=body, headers=headers)  # noqa: S310 -- http, by the script's own word
        try:
            with urlopen(request, timeout=5) as answer:  # noqa: S310 -- as above
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code


@pytest.fixture
def loopback(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"webhook_loopback": True})


def running(folder: Path, *secrets: str) -> Iterator[Running]:
    journal = folder / "events.jsonl"
    with subprocess.Popen(
        [sys.executable, "-I", "-W", "error", str(SCRIPT), "--port", "0", "--journal", str(journal)],
        env={**os.environ, "KATIP_WEBHOOK_SECRET": " ".join(secrets)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield Running(process.stdout.readline().split()[-1], journal)
        process.terminate()


def test_what_we_send_is_taken_once_also_while_the_secret_changes(world: World, loopback: None, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    manager = world.actor("manager", at=now)
    hook, former = hook_subscribe(actor=manager, at=now, url="http://localhost:1/", kinds=["offer.made"])
    for receiver in running(tmp_path, former):
        hook_change(actor=manager, at=now, number=hook.pk, url=receiver.url, kinds=["offer.made"])
        made = hook_test(actor=manager, at=now, number=hook.pk)
        assert hooks_send(lambda: now, lambda: False) == 1
        hook_rotate(actor=manager, at=now, number=hook.pk)
        delivery_replay(actor=manager, at=now, number=hook.pk, delivery=made.pk)
        assert hooks_send(lambda: now, lambda: False) == 1
        assert receiver.numbers == [made.number]
    for receiver in running(tmp_path, former):  # started anew it knows what it took
        hook_change(actor=manager, at=now, number=hook.pk, url=receiver.url, kinds=["offer.made"])
        delivery_replay(actor=manager, at=now, number=hook.pk, delivery=made.pk)
        assert hooks_send(lambda: now, lambda: False) == 1
        assert HookDelivery.objects.get().status == 204
        assert receiver.numbers == [made.number]


def test_what_we_did_not_sign_is_refused(tmp_path: Path) -> None:
    now, secret, body = datetime.now(UTC), secret_draw(), b'{"id": "evt_1", "type": "test", "timestamp": "x"}'
    good = headers_signed("evt_1", now, body, [secret])
    for receiver in running(tmp_path, secret):
        wrong = {
            "another secret": (body, headers_signed("evt_1", now, body, [secret_draw()])),
            "another body": (body + b" ", good),
            "another id": (body, good | {"webhook-id": "evt_2"}),
            "an old one": (body, headers_signed("evt_1", now - timedelta(minutes=6), body, [secret])),
            "one from the future": (body, headers_signed("evt_1", now + timedelta(minutes=6), body, [secret])),
            "another version": (body, good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}),
            "no signature": (body, {}),
            "an id that was not said": (body, headers_signed("evt_9", now, body, [secret])),
            "no JSON": (b"{", headers_signed("evt_1", now, b"{", [secret])),
        }
        assert {name: receiver.post(*given) for name, given in wrong.items()} == dict.fromkeys(wrong, 400)
        assert receiver.numbers == []
        both = headers_signed("evt_1", now, body, [secret_draw(), secret])
        assert [receiver.post(body, both), receiver.post(body, good)] == [204, 204]
        assert receiver.numbers == ["evt_1"]
