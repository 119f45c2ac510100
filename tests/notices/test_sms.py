"""SMS leaves by the operator's gateway, whole, in one message, and its answers are read as the operator says."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from katip.core.environment import Environment
from katip.core.outbound import Bounds
from katip.notices import letters
from katip.notices.addresses import faults_of
from katip.notices.channels import gateway as asking
from katip.notices.channels.sms import MOST_SEPTETS, septets, sms_text
from katip.notices.checks import gateway_problems
from katip.notices.deliver import Outgoing, deliver
from katip.notices.engine import channel_send
from katip.notices.letters import Letter, writer_register
from katip.notices.models import Channel, ChannelRest, Delivery, State
from tests.cast import AT
from tests.notices.gateway import Gateway, gateway_open

PHONE = "5551234567"
LINK = "https://katip.ornek.gov.tr/surecler/123456/"
JSON = '{"to": "90{phone}", "msg": "{text}", "ref": "{id}"}'
MINUTE = timedelta(minutes=1)


class Short:
    def write(self, items: Any, channel: Channel) -> Letter:
        assert channel is Channel.SMS
        return Letter("", 'Onay "bekliyor": ığüşöç İĞÜŞÖÇ', link=LINK if items[0].detail.get("link") else "")


@pytest.fixture(autouse=True)
def _writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_WRITERS", dict(letters._WRITERS))
    writer_register(["short"], Short())


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with gateway_open() as running:
        told = {"sms_url": running.url, "sms_body": JSON, "sms_authorization": "Bearer gizli"}
        settings.KATIP = settings.KATIP.model_copy(update=told)
        yield running


def out(*phones: str, **detail: Any) -> list[Delivery]:
    with transaction.atomic():
        return deliver([Outgoing(Channel.SMS, phone, "short", detail) for phone in phones or (PHONE,)], AT)


def send(at: Any = AT) -> tuple[int, int, int]:
    done = channel_send(Channel.SMS, at=at)
    return done.sent, done.given_up, done.waiting


def state(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.code


# --- over the gateway --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_sms_leaves_as_the_operators_gateway_wants_it(gateway: Gateway, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"sms_accepted": r'"id": (\d+)'})
    gateway.answers = [(200, '{"id": 4711}')]
    (row,) = out(link=True)
    assert send() == (1, 0, 0)
    ((headers, body),) = gateway.asked
    told = json.loads(body)
    assert told["to"] == "905551234567"
    assert told["msg"] == f'Onay "bekliyor": ığüşöç İĞÜŞÖÇ {LINK}'
    assert headers["Authorization"] == "Bearer gizli"
    assert headers["Idempotency-Key"] == told["ref"] == headers["Idempotency-Key"]
    assert headers["Content-Type"] == "application/json"
    row.refresh_from_db()
    assert (row.state, row.provider_ref, bytes(row.address_sealed)) == (State.SENT, "4711", b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=utf-8", "no={phone}&mesaj={text}&dil=TR"),
        ("text/xml", "<sms><no>{phone}</no><mesaj>{text}</mesaj></sms>"),
    ],
)
def test_other_gateways_get_it_their_way(gateway: Gateway, settings: Any, content_type: str, body: str) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"sms_body": body, "sms_content_type": content_type})
    out()
    assert send() == (1, 0, 0)
    (came,) = gateway.bodies
    if "xml" in content_type:
        assert "<mesaj>Onay &quot;bekliyor&quot;: ığüşöç İĞÜŞÖÇ</mesaj>" in came
    else:
        assert parse_qs(came) == {"no": [PHONE], "mesaj": ['Onay "bekliyor": ığüşöç İĞÜŞÖÇ'], "dil": ["TR"]}


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["2125551234", "05551234567", "+905551234567", "555123456", "55512345678", ""])
def test_only_a_mobile_phone_of_ten_digits_is_sent_to(gateway: Gateway, phone: str) -> None:
    (row,) = out(phone or " ")
    assert state(row) == (State.REFUSED, "address")
    assert send() == (0, 0, 0)
    assert gateway.asked == []


# --- faults ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_gateway_that_fails_is_asked_again_and_nobody_is_told_twice(gateway: Gateway) -> None:
    rows = out("5551234501", "5551234502", "5551234503")
    gateway.answers = [(500, ""), (503, ""), (200, "ok")]
    assert send() == (0, 0, 3)
    assert len(gateway.asked) == 2  # after the second in a row it is let rest
    assert ChannelRest.objects.get(channel=Channel.SMS).code == "sms_503"
    assert send() == (0, 0, 0)
    at = AT
    while Delivery.objects.filter(state=State.WAITING).exists():
        at += MINUTE
        send(at)
    assert {state(row)[0] for row in rows} == {State.SENT}
    sent = [json.loads(body)["to"] for body in gateway.bodies[2:]]
    assert sorted(sent) == ["905551234501", "905551234502", "905551234503"]


@pytest.mark.django_db
def test_a_gateway_that_refuses_us_costs_no_message_a_try(gateway: Gateway) -> None:
    (row,) = out()
    gateway.answers = [(401, "kim"), (200, "ok")]
    assert send() == (0, 0, 1)
    row.refresh_from_db()
    assert (row.tries, ChannelRest.objects.get(channel=Channel.SMS).code) == (0, "sms_401")
    assert send(AT + MINUTE) == (1, 0, 0)


@pytest.mark.django_db
def test_one_that_is_refused_holds_nobody_up(gateway: Gateway) -> None:
    rows = out("5551234501", "5551234502")
    gateway.answers = [(422, "bu olmaz"), (200, "ok")]
    assert send() == (1, 0, 1)
    assert [state(row) for row in rows] == [(State.WAITING, "sms_422"), (State.SENT, "")]
    assert faults_of(["5551234501"]) == {}  # it may be the operator's template: the number is not to blame


@pytest.mark.django_db
def test_what_the_operator_calls_a_refusal_is_the_numbers_fault(gateway: Gateway, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"sms_accepted": r"^00 (\d+)", "sms_refused": r"^(40|41)\b"})
    first, second, third = out("5551234501", "5551234502", "5551234503")
    gateway.answers = [(200, "40 gecersiz numara"), (200, "30 kullanici"), (200, "00 815")]
    assert send() == (1, 1, 1)
    assert state(first) == (State.REFUSED, "sms_refused")
    assert state(second) == (State.WAITING, "sms_answer")
    assert (state(third), third.provider_ref) == ((State.SENT, ""), "815")
    assert set(faults_of(["5551234501", "5551234502"])) == {"5551234501"}


@pytest.mark.django_db
def test_a_gateway_that_hangs_is_left_and_its_twin_bears_the_same_number(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BOUNDS", Bounds(seconds=0.3, most_bytes=1000))
    out()
    gateway.hangs.set()
    assert send() == (0, 0, 1)
    gateway.hangs.clear()
    at = AT
    while Delivery.objects.filter(state=State.WAITING).exists():
        at += MINUTE
        send(at)
    (first, _), (twin, _) = gateway.asked
    assert first["Idempotency-Key"] == twin["Idempotency-Key"]


# --- settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"sms_url": "http://sms.ornek.com.tr/"}, "https"),
        ({"sms_url": "ftp://sms.ornek.com.tr/"}, "none of http"),
        ({"sms_body": '{"to": "{phone}"}'}, "{text}"),
        ({"sms_content_type": "text/plain"}, "content type"),
        ({"sms_accepted": "("}, "regular expression"),
        ({"sms_url": "", "kep_url": "https://kep.ornek.com.tr/", "kep_body": "{}"}, "{address}, {text}"),
    ],
)
def test_a_gateway_that_cannot_work_is_said_at_start_up(told: dict[str, Any], said: str) -> None:
    usual: dict[str, Any] = {"sms_url": "https://sms.ornek.com.tr/?anahtar=gizli", "sms_body": JSON}
    found = gateway_problems(Environment(**usual | told))
    assert len(found) == 1
    assert said in found[0].msg
    assert "gizli" not in str(found)
    assert gateway_problems(Environment(**usual)) == []


# --- one message, whole ------------------------------------------------------------------------------------------


def test_turkish_letters_are_counted_as_the_turkish_table_writes_them() -> None:
    assert septets("Katip") == 5
    assert septets("ğışçĞİŞ") == 14
    assert septets("öüÖÜÇ") == 5
    assert septets("€{}") == 6
    with pytest.raises(ValueError, match="not in an SMS"):
        septets("日")


def test_too_long_a_text_is_cut_at_a_word_and_keeps_its_link() -> None:
    text = sms_text("Sözleşme onayınızı bekliyor. " * 12, LINK)
    assert text.endswith(f".. {LINK}")
    assert MOST_SEPTETS - 20 < septets(text) <= MOST_SEPTETS


def test_typographic_signs_become_plain_ones() -> None:
    assert sms_text("SGK’nın “yeni”\u00a0sayısı – 5…\n日") == 'SGK\'nın "yeni" sayısı - 5... ?'


@given(st.text(max_size=400), st.sampled_from(["", LINK]))
def test_whatever_is_written_fits(text: str, link: str) -> None:
    written = sms_text(text, link)
    assert written.endswith(link)
    assert septets(written) <= MOST_SEPTETS
