"""KEP leaves by the operator's own account or not at all: never as a plain e-mail in its place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from katip.notices import letters
from katip.notices.channels.base import Outcome, Parcel, Verdict
from katip.notices.channels.kep import KepSender, kep_open
from katip.notices.deliver import Outgoing, channels_open, deliver
from katip.notices.engine import deliveries_send
from katip.notices.letters import Letter, writer_register
from katip.notices.models import Channel, Delivery, State
from tests.cast import AT
from tests.notices.gateway import Gateway, gateway_open
from tests.notices.postbox import postbox_open

KEP = "ornek.firma@hs01.kep.tr"


class Plain:
    def write(self, items: Any, channel: Channel) -> Letter:
        del items, channel
        return Letter("Konu", "Ekli değil, metin.")


@pytest.fixture(autouse=True)
def _writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_WRITERS", dict(letters._WRITERS))
    writer_register(["plain"], Plain())


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with gateway_open() as running:
        body = '{"kime": "{address}", "konu": "{subject}", "metin": "{text}", "no": "{id}"}'
        told = {"kep_url": running.url, "kep_body": body, "kep_authorization": "Basic x", "kep_accepted": "KEP-(.+)"}
        settings.KATIP = settings.KATIP.model_copy(update=told)
        yield running


def out() -> Delivery:
    with transaction.atomic():
        (row,) = deliver([Outgoing(Channel.KEP, KEP, "plain", language="tr")], AT)
    return row


@pytest.mark.django_db
def test_what_is_for_kep_leaves_by_the_operators_account(gateway: Gateway, settings: Any) -> None:
    with postbox_open(settings) as box:
        row = out()
        gateway.answers = [(200, "KEP-2025-9")]
        assert deliveries_send(at=AT).sent == 1
    told = json.loads(gateway.bodies[0])
    assert (told["kime"], told["konu"]) == (KEP, "Konu")
    assert told["metin"].startswith("Ekli değil, metin.")
    row.refresh_from_db()
    assert (row.state, row.provider_ref) == (State.SENT, "2025-9")
    assert row.state != State.DELIVERED  # taken by the account: no evidence that it was delivered
    assert box.taken == []


@pytest.mark.django_db
def test_without_an_account_nothing_leaves_for_kep_and_no_plain_e_mail_in_its_place(settings: Any) -> None:
    with postbox_open(settings) as box:
        assert channels_open() == {Channel.EMAIL}
        row = out()
        assert deliveries_send(at=AT).sent == 0
    assert (row.state, row.code) == (State.DROPPED, "no_channel")
    assert box.taken == []


def test_another_senders_answer_is_passed_on() -> None:
    class Mine:
        def send(self, *, address: str, subject: str, text: str, token: str) -> Outcome:
            return Outcome(Verdict.SENT, ref=f"{address} {subject} {text} {token[:2]}")

    sender: KepSender = Mine()
    with kep_open(sender) as send:
        assert send(Parcel(7, KEP, "a", "b", AT)).ref == f"{KEP} a b 7-"
