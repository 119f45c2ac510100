"""A mail server's reports find their message and mark its address, and nobody else's report does."""

import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import OperationalError, transaction

from katip.audit.models import Event
from katip.cli.notices import command
from katip.core.actor import OPERATOR
from katip.identity.models import NoticeKind
from katip.identity.telling import message_to
from katip.notices import letters
from katip.notices.addresses import faults_of
from katip.notices.channels.base import token_of
from katip.notices.deliver import Outgoing, deliver
from katip.notices.engine import deliveries_send
from katip.notices.letters import Letter, writer_register
from katip.notices.models import Channel, ChannelRest, Delivery, State
from katip.notices.services.reports import LARGEST, Report, ReportError, report_read, report_take
from tests.cast import AT
from tests.notices.postbox import Postbox, postbox_open

ADDRESS = "kisi1@ornek.com.tr"
ELSEWHERE = "postmaster@ornek.com.tr"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with postbox_open(settings, mail_bounces="hata@ornek.com.tr") as box:
        yield box


def sent(postbox: Postbox) -> EmailMessage:
    """A message that left, as the server has it."""
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
    assert deliveries_send(at=AT).sent == 1
    return postbox.taken[-1][1]


def reported(
    to: str, given_back: str = "", action: str = "failed", status: str = "5.1.1", kind: str = "rfc822"
) -> bytes:
    """A report as mail servers write it (RFC 3464): in words, in fields, and the message or its headers again."""
    back = f"--sinir\nContent-Type: {kind}\n\n{given_back}\n" if given_back else ""
    return (
        f"From: MAILER-DAEMON@ornek.com.tr\nTo: {to}\nSubject: Undelivered\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=sinir\n\n"
        "--sinir\nContent-Type: text/plain\n\nSorry.\n"
        "--sinir\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.ornek.com.tr\n\n"
        f"Final-Recipient: rfc822; {ADDRESS}\nAction: {action}\nStatus: {status}\n\n{back}--sinir--\n"
    ).encode()


def take(raw: bytes) -> State | None:
    return report_take(actor=OPERATOR, at=AT, report=report_read(raw))


def the() -> Delivery:
    return Delivery.objects.get()


@pytest.mark.django_db
def test_a_report_to_the_address_of_its_own_marks_message_and_address(postbox: Postbox) -> None:
    sent(postbox)
    assert take(reported(postbox.senders[0])) == State.BOUNCED
    row = the()
    assert (row.state, row.code, row.sent_at) == (State.BOUNCED, "bounce_5.1.1", AT)
    assert faults_of([ADDRESS])[ADDRESS].code == "bounce_5.1.1"
    event = Event.objects.select_related("detail").get(tag="notices:delivery:bounced")
    assert event.detail.body == {"kind": "factor_added", "channel": "email", "code": "bounce_5.1.1", "rows": 1}
    assert take(reported(postbox.senders[0])) is None  # the second report of the same says nothing new
    assert Event.objects.filter(tag="notices:delivery:bounced").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_that_gives_the_message_back_is_known_by_its_number(postbox: Postbox, kind: str) -> None:
    message = sent(postbox)
    given_back = f"Message-ID: {message['Message-ID']}\nSubject: Katip\n\nmetin"
    assert take(reported(ELSEWHERE, given_back, kind=kind)) == State.BOUNCED
    assert the().state == State.BOUNCED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "status", "state", "at_fault"),
    [
        ("failed", "5.1.1", State.BOUNCED, True),
        ("failed", "5.2.1", State.BOUNCED, True),
        ("failed", "5.2.2", State.BOUNCED, False),
        ("failed", "5.7.1", State.BOUNCED, False),
        ("failed", "4.4.7", State.BOUNCED, False),
        ("delivered", "2.0.0", State.DELIVERED, False),
        ("delayed", "4.4.1", State.SENT, False),
        ("relayed", "2.0.0", State.SENT, False),
    ],
)
def test_only_what_is_over_is_over_and_only_a_dead_address_is_dead(
    postbox: Postbox, action: str, status: str, state: State, at_fault: bool
) -> None:
    sent(postbox)
    take(reported(postbox.senders[0], action=action, status=status))
    assert the().state == state
    assert bool(faults_of([ADDRESS])) == at_fault


@pytest.mark.django_db
def test_a_report_of_arrival_ends_the_fault_of_an_address(postbox: Postbox) -> None:
    sent(postbox)
    take(reported(postbox.senders[0]))
    assert faults_of([ADDRESS])
    sent(postbox)
    assert faults_of([ADDRESS])
    assert take(reported(postbox.senders[1], action="delivered", status="2.1.5")) == State.DELIVERED
    assert faults_of([ADDRESS]) == {}


@pytest.mark.django_db
def test_a_report_of_what_still_waits_keeps_it_from_leaving_again(postbox: Postbox) -> None:
    """Its sender died after the server took it: the report says that it left."""
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
    assert take(reported(f"hata+{token_of(the().pk)}@ornek.com.tr")) == State.BOUNCED
    assert deliveries_send(at=AT).sent == 0
    assert bytes(the().address_sealed) == b""


@pytest.mark.django_db
def test_all_that_left_as_one_message_came_back_as_one(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain:
        def write(self, items: Any, channel: Channel) -> Letter:
            del items, channel
            return Letter("Konu", "metin")

    monkeypatch.setattr(letters, "_WRITERS", dict(letters._WRITERS))
    writer_register(["plain"], Plain())
    told = [Outgoing(Channel.EMAIL, ADDRESS, "plain", digest_key="gun"), Outgoing(Channel.EMAIL, ADDRESS, "plain")]
    with transaction.atomic():
        deliver([told[0], told[0], told[1]], AT)
    assert deliveries_send(at=AT).sent == 3
    assert len(postbox.taken) == 2
    first = Delivery.objects.earliest("pk")
    assert take(reported(f"hata+{token_of(first.pk)}@ornek.com.tr")) == State.BOUNCED
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["bounced", "bounced", "sent"]


@pytest.mark.django_db
def test_a_report_that_somebody_made_up_marks_nothing(postbox: Postbox) -> None:
    sent(postbox)
    number = the().pk
    true = token_of(number)
    false = f"{number}-{'0' * 16}"
    assert true != false
    for raw in (
        reported(f"hata+{false}@ornek.com.tr"),
        reported(f"hata+{token_of(number + 1)[: -len(true.partition('-')[2])]}{true.partition('-')[2]}@ornek.com.tr"),
        reported(ELSEWHERE),
        reported(ELSEWHERE, f"Message-ID: <katip.{false}@localhost>\n\nmetin", kind="message/rfc822"),
        # a mark in the words of a letter is no mark
        reported(ELSEWHERE, f"Subject: {true}\n\n{true}", kind="message/rfc822"),
    ):
        with pytest.raises(ReportError) as caught:
            report_read(raw)
        assert caught.value.code == "not_ours"
    assert the().state == State.SENT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: merhaba\n\nben tatildeyim",
        reported("hata+1-0123456789abcdef@ornek.com.tr").replace(b"Action: failed\n", b""),
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=y\n\n" * 500,
    ],
)
def test_what_is_no_report_is_none(raw: bytes) -> None:
    with pytest.raises(ReportError):
        report_read(raw)


def test_a_report_has_a_greatest_size() -> None:
    with pytest.raises(ReportError) as caught:
        report_read(b"x" * (LARGEST + 1))
    assert caught.value.code == "too_large"


@pytest.mark.django_db
def test_a_report_of_nothing_says_nothing() -> None:
    assert report_take(actor=OPERATOR, at=AT, report=Report(999, "failed", "5.1.1")) is None


# --- the operator's command --------------------------------------------------------------------------------------


def says(*arguments: str, given: bytes | None = None) -> tuple[int, str]:
    answer = CliRunner().invoke(command, list(arguments), input=given)
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    return answer.exit_code, answer.output


@pytest.mark.django_db
def test_the_operator_pipes_a_report_in(postbox: Postbox, tmp_path: Path) -> None:
    sent(postbox)
    assert says("bounced", given=b"Subject: x\n\ny") == (0, "No delivery report: nothing was changed.\n")
    raw = reported(postbox.senders[0])
    assert says("bounced", given=raw) == (0, "The message is marked: bounced.\n")
    file = tmp_path / "rapor.eml"
    file.write_bytes(raw)
    assert says("bounced", str(file)) == (0, "The report says nothing new.\n")


def test_a_report_is_kept_by_the_mail_server_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: Any) -> None:
        raise OperationalError("away\nDETAIL")

    monkeypatch.setattr("katip.notices.services.reports.report_take", away)
    raw = reported(f"hata+{token_of(1)}@ornek.com.tr")
    assert says("bounced", given=raw) == (os.EX_TEMPFAIL, "The database does not answer (away): try again later.\n")


@pytest.mark.django_db
def test_the_operator_sees_how_the_channels_are(postbox: Postbox) -> None:
    sent(postbox)
    postbox.refuses_sender = "550 no"
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
    deliveries_send(at=AT)
    status, text = says("state")
    assert status == 0
    email, sms, kep = text.splitlines()[:3]
    assert email.startswith("email")
    assert "1 wait" in email
    assert "smtp_550" in email
    assert "nothing leaves" in sms
    assert "nothing leaves" in kep
    assert ADDRESS not in text
    assert ChannelRest.objects.get().code == "smtp_550"


@pytest.mark.django_db
def test_the_operator_tries_a_channel(postbox: Postbox, settings: Any) -> None:
    status, text = says("try", "email", ADDRESS)
    assert (status, text) == (0, "Taken. That it arrives is seen at the address.\n")
    ((to, message),) = postbox.taken
    assert (to, message["Subject"]) == (ADDRESS, "Katip: deneme")
    postbox.refuses = {ADDRESS: "550 5.1.1 no"}
    assert says("try", "email", ADDRESS) == (1, "Error: Not taken: smtp_550_5.1.1.\n")
    assert faults_of([ADDRESS]) == {}
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    assert says("try", "email", ADDRESS) == (1, "Error: Nothing leaves: smtp_unreachable.\n")
    assert says("try", "sms", "5551234567")[1] == "Error: Nothing leaves by sms: it is not set.\n"
    assert says("try", "email", "x")[1] == "Error: This cannot be an address for email.\n"
