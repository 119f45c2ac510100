"""How e-mail leaves: nothing in clear off this machine, and every answer of a server read for what it means."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from django.utils import timezone, translation

from katip.core.environment import Environment
from katip.identity.models import NoticeKind
from katip.identity.telling import message_to
from katip.identity.words import METHODS, WAYS
from katip.notices.channels import smtp
from katip.notices.channels.base import ChannelDownError, Parcel, Verdict, token_of
from katip.notices.channels.smtp import (
    data_outcome,
    envelope_sender,
    mail_write,
    recipient_outcome,
    smtp_arguments,
    smtp_open,
)
from katip.notices.checks import mail_problems
from katip.notices.engine import channel_send, deliveries_send
from katip.notices.letters import Item, letter_write
from katip.notices.models import Channel, ChannelRest, Delivery, State
from tests.cast import AT
from tests.notices.postbox import MailServer, Postbox, postbox_open

ADDRESS = "kisi1@ornek.com.tr"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with postbox_open(settings) as box:
        yield box


def parcel(**told: Any) -> Parcel:
    given: dict[str, Any] = {"number": 7, "address": ADDRESS, "subject": "Konu", "text": "Şu ığdır.", "at": AT}
    return Parcel(**given | told)


# --- the way -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "tls", "starttls", "port"),
    [
        ("smtps://mail.ornek.com.tr", True, False, 465),
        ("smtp://mail.ornek.com.tr", False, True, 587),
        ("smtp://mail.ornek.com.tr:25", False, True, 25),
        ("smtp://127.0.0.1:2525", False, False, 2525),
        ("smtp://localhost", False, False, 587),
    ],
)
def test_off_loopback_nothing_travels_in_clear(url: str, tls: bool, starttls: bool, port: int) -> None:
    told = smtp_arguments(url)
    assert (told["use_ssl"], told["use_tls"], told["port"]) == (tls, starttls, port)
    assert told["timeout"] == 10


def test_a_password_in_the_address_may_hold_any_sign() -> None:
    told = smtp_arguments("smtps://ada%40ornek.com.tr:a%2Fb%3Ac@mail.ornek.com.tr")
    assert (told["username"], told["password"]) == ("ada@ornek.com.tr", "a/b:c")


@pytest.mark.parametrize(
    "url", ["http://mail.ornek.com.tr", "smtps://", "mail.ornek.com.tr:25", "smtp://a/b", "smtp://a:x"]
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"smtps|[Pp]ort"):
        smtp_arguments(url)


def test_a_wrong_mail_server_is_said_at_start_up_without_its_password() -> None:
    found = mail_problems(Environment(smtp_url="http://ada:gizli@mail.ornek.com.tr"))
    assert [problem.id for problem in found] == ["katip.E005", "katip.W002"]
    assert "gizli" not in str(found)
    assert mail_problems(Environment(smtp_url="smtps://mail.ornek.com.tr", mail_from="katip@ornek.com.tr")) == []
    assert mail_problems(Environment()) == []
    assert [problem.id for problem in mail_problems(Environment(mail_bounces="hata"))] == ["katip.E014"]


@pytest.mark.django_db
def test_a_server_without_a_certificate_that_is_believed_gets_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS off loopback: the check of the certificate is what protects, not the encryption."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    subprocess.run([*make.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    box, secrets = Postbox(), []

    def login(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
        secrets.append((mechanism, data))
        return AuthResult(success=True)

    server = MailServer(
        box, hostname="127.0.0.1", port=0, tls_context=context, authenticator=login, auth_require_tls=True
    )
    server.start()
    monkeypatch.setattr(smtp, "is_loopback", lambda _host: False)
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": f"smtp://ada:gizli@127.0.0.1:{server.port}"})
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
    assert deliveries_send(at=AT).waiting == 1
    server.stop()
    assert (box.taken, secrets) == ([], [])
    assert ChannelRest.objects.get().code == "smtp_tls"
    assert Delivery.objects.get().tries == 0


@pytest.mark.django_db
def test_a_server_that_knows_us_not_costs_no_message_a_try(postbox: Postbox) -> None:
    postbox.refuses_sender = "550 5.7.1 who are you"
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
    assert deliveries_send(at=AT).waiting == 1
    assert (Delivery.objects.get().tries, ChannelRest.objects.get().code) == (0, "smtp_550")
    postbox.refuses_sender = ""
    assert deliveries_send(at=AT + timedelta(minutes=1)).sent == 1


@pytest.mark.django_db
def test_a_server_that_says_nothing_is_left(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the line and never greets: whoever waits for it gives up."""
    monkeypatch.setattr(smtp, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.KATIP = settings.KATIP.model_copy(
            update={"smtp_url": f"smtp://127.0.0.1:{silent.getsockname()[1]}", "help_phone": "2120000000"}
        )
        message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
        assert channel_send(Channel.EMAIL, at=AT).waiting == 1
    assert (Delivery.objects.get().state, ChannelRest.objects.get().code) == (State.WAITING, "smtp_slow")


def test_a_server_that_drips_is_hung_up_on(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of its answer comes in time, the last one never does."""
    monkeypatch.setattr(smtp, "MESSAGE_SECONDS", 0.3)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        line, _ = server.accept()
        with line:
            line.sendall(b"220 hosgeldiniz\r\n")
            line.recv(1000)
            line.sendall(b"250 merhaba\r\n")
            while not over.wait(0.05):
                try:
                    line.sendall(b"250-biraz daha\r\n")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        with pytest.raises(ChannelDownError) as caught, smtp_open(f"smtp://127.0.0.1:{server.getsockname()[1]}") as way:
            way(parcel())
        over.set()
        thread.join()
    assert (caught.value.code, caught.value.begun) == ("smtp_cut", True)


# --- what an answer means ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words", "verdict", "name", "is_address"),
    [
        (450, b"4.2.1 greylisted", Verdict.FAILED, "smtp_450", False),
        (452, b"mailbox full", Verdict.FAILED, "smtp_452", False),
        (550, b"no such user", Verdict.REFUSED, "smtp_550", True),
        (550, b"5.1.1 unknown", Verdict.REFUSED, "smtp_550_5.1.1", True),
        (551, b"5.1.6 moved", Verdict.REFUSED, "smtp_551_5.1.6", True),
        (550, b"5.2.1 disabled", Verdict.REFUSED, "smtp_550_5.2.1", True),
        (552, b"5.2.2 over quota", Verdict.FAILED, "smtp_552_5.2.2", False),
        (552, b"over quota", Verdict.FAILED, "smtp_552", False),
        (550, b"5.7.1 policy: you are on a list", Verdict.FAILED, "smtp_550_5.7.1", False),
        (554, b"relay access denied", Verdict.FAILED, "smtp_554", False),
        (554, b"5.7.1 relay access denied", Verdict.FAILED, "smtp_554_5.7.1", False),
        (553, b"5.1.8 your domain", Verdict.FAILED, "smtp_553_5.1.8", False),
    ],
)
def test_a_refusal_is_laid_to_whose_fault_it_is(
    code: int, words: bytes, verdict: Verdict, name: str, is_address: bool
) -> None:
    outcome = recipient_outcome(code, words)
    assert (outcome.verdict, outcome.code, outcome.is_address) == (verdict, name, is_address)


def test_a_refusal_of_us_is_no_messages_fault() -> None:
    for code in (421, 530, 535):
        with pytest.raises(ChannelDownError):
            recipient_outcome(code, b"")
    with pytest.raises(ChannelDownError) as caught:
        data_outcome(421, b"closing")
    assert caught.value.begun


def test_a_refusal_of_the_content_is_tried_again_unless_it_names_the_address() -> None:
    assert data_outcome(554, b"5.6.0 odd").verdict is Verdict.FAILED
    assert data_outcome(451, b"later").verdict is Verdict.FAILED
    late = data_outcome(550, b"5.1.1 unknown after all")
    assert (late.verdict, late.is_address) == (Verdict.REFUSED, True)


# --- what is on the wire -----------------------------------------------------------------------------------------


def test_a_message_bears_its_number_and_says_that_nobody_wrote_it(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"mail_from": "Katip Kaydı <katip@ornek.com.tr>"})
    message = mail_write(parcel(headers={"List-Unsubscribe": "<https://ornek.com.tr/x>"}))
    assert message["From"] == "Katip Kaydı <katip@ornek.com.tr>"
    assert message["Message-ID"].startswith(f"<katip.{token_of(7)}@")
    assert message["Date"] == "Mon, 02 Jun 2025 09:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://ornek.com.tr/x>"
    assert message.get_content().strip() == "Şu ığdır."
    assert mail_write(parcel())["Message-ID"] == message["Message-ID"]
    assert mail_write(parcel(number=8))["Message-ID"] != message["Message-ID"]


def test_the_link_by_which_a_mail_program_leaves_stays_whole() -> None:
    """Long as a sealed token is: folded or encoded, no mail program would follow it (RFC 8058)."""
    url = f"<https://katip.ornek.gov.tr/bildirim-birak/?k={'gAAAAAB_' * 30}>"
    told = {"List-Unsubscribe": url, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = mail_write(parcel(headers=told, subject="Katip: Şu ığdır öğlen çok üşümüş, " * 3))
    lines = message.as_bytes().split(b"\r\n")
    assert f"List-Unsubscribe: {url}".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert all(len(line) <= 78 for line in lines if b"bildirim-birak" not in line)
    with pytest.raises(ValueError, match="linefeed"):
        mail_write(parcel(headers={"List-Unsubscribe": "<https://a>\r\nBcc: biri@ornek.com.tr"}))


@pytest.mark.parametrize("length", range(30))
def test_a_subject_keeps_its_blanks_wherever_its_line_is_broken(length: int) -> None:
    subject = f"Katip: {'ö' * length} onayınızı bekliyor: 103 · İş güvenliği uzmanı"
    written = mail_write(parcel(subject=subject)).as_bytes()
    assert message_from_bytes(written, policy=SMTP)["Subject"] == subject


@pytest.mark.parametrize(
    "address", ["iki\nsatir@ornek.com.tr", "a@ornek.com.tr, b@ornek.com.tr", "öz@ornek.com.tr", ""]
)
def test_an_address_that_is_none_or_more_than_one_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        mail_write(parcel(address=address))


@pytest.mark.django_db
def test_reports_come_to_an_address_of_each_messages_own(settings: Any) -> None:
    with postbox_open(settings, mail_bounces="hata@ornek.com.tr", mail_from="Katip <katip@ornek.com.tr>") as box:
        message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
        assert deliveries_send(at=AT).sent == 1
    assert box.senders == [f"hata+{token_of(Delivery.objects.get().pk)}@ornek.com.tr"]
    ((_, message),) = box.taken
    assert message["From"] == "Katip <katip@ornek.com.tr>"


def test_without_a_mailbox_for_reports_they_come_to_the_sender(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"mail_from": "Katip <katip@ornek.com.tr>"})
    assert envelope_sender(parcel()) == "katip@ornek.com.tr"


def test_an_e_mail_reads_well_in_every_kind_that_identity_tells(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"help_phone": "2120000000"})
    detail = {"method": next(iter(METHODS)), "way": next(iter(WAYS))}
    with translation.override("tr"):
        for kind in NoticeKind:
            letter = letter_write([Item(kind, detail, timezone.now())], Channel.EMAIL, "both")
            assert letter is not None
            assert letter.text.count("\n\n") > 5
            assert "%(" not in letter.text
            assert "\n" not in letter.subject
