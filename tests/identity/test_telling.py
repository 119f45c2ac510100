"""What people are told reaches them: by e-mail from a real server's point of view, and never twice at once."""

import re
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.db import connections
from django.utils import timezone, translation

import katip
from katip.audit.models import Event
from katip.cli.sweep import due_do
from katip.core.actor import OPERATOR
from katip.core.environment import Environment
from katip.identity import mail
from katip.identity.checks import mail_problems
from katip.identity.mail import message_write, smtp_arguments
from katip.identity.models import Message, NoticeKind, SecurityNotice
from katip.identity.services.messages_send import BATCH, messages_claim, messages_send, messages_settle
from katip.identity.telling import message_to, tell
from katip.identity.words import METHODS, NOTICES, WAYS, notice_text, notice_title
from katip.web.account.words import EVENTS, SIGN_INS, event_item
from tests.cast import AT, person

ADDRESS = "kisi1@ornek.com.tr"


class MailServer(Controller):
    """On a port that the machine chooses."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's


class Postbox:
    """A mail server on loopback: keeps what it takes, refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Any]] = []
        self.refuses: dict[str, str] = {}
        self.data_answer = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- as above
        if self.data_answer:
            return self.data_answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.rcpt_tos[0], message))
        return "250 OK"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    box = Postbox()
    server = MailServer(box, hostname="127.0.0.1", port=0)
    server.start()
    settings.KATIP = settings.KATIP.model_copy(
        update={"smtp_url": f"smtp://127.0.0.1:{server.port}", "help_phone": "2120000000", "operator_name": "Örnek"}
    )
    yield box
    server.stop()


def waiting(at: datetime = AT, *addresses: str) -> None:
    for address in addresses or (ADDRESS,):
        message_to(address, at, NoticeKind.FACTOR_ADDED, method="totp")


# --- on the way ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_change_is_told_in_the_register_and_by_e_mail(postbox: Postbox) -> None:
    ada = person(1, "Ada")
    tell(ada.pk, AT, NoticeKind.FACTOR_ADDED, method="totp")
    assert SecurityNotice.objects.get().person_id == ada.pk
    assert "1 told by e-mail" in due_do(AT)
    ((to, message),) = postbox.taken
    assert to == ADDRESS == message["To"]
    assert message["Subject"] == "Katip: Girişinize bir ikinci adım eklendi"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content().replace("\r\n", "\n")
    turkish, english = text.split("-- \nEnglish", 1)
    assert "Bundan sonra bu yolla da girilebilir. (kod uygulaması)" in turkish
    assert "02.06.2025 12:00" in turkish
    assert "02.06.2025 12:00" in english
    assert "02120000000" in turkish
    for private in ("Ada", "Örnek Ada", ada.national_id, ada.national_id_key):
        assert private not in str(message).replace("Örnek\n", "")
    assert re.findall(r"https?://\S+", text) == [Environment().origin] * 2
    sent = Message.objects.get()
    assert (sent.sent_at, sent.tries, bytes(sent.address_sealed)) == (AT, 1, b"")
    assert messages_send(at=AT).sent == 0
    assert len(postbox.taken) == 1


@pytest.mark.django_db
def test_nothing_is_sent_before_it_is_due_nor_from_a_page(postbox: Postbox) -> None:
    waiting(AT + timedelta(minutes=1))
    assert messages_send(at=AT).sent == 0
    assert postbox.taken == []


@pytest.mark.django_db
def test_many_leave_in_batches(postbox: Postbox) -> None:
    waiting(AT, *[f"kisi{number}@ornek.com.tr" for number in range(BATCH + 5)])
    assert messages_send(at=AT).sent == BATCH + 5
    assert len({to for to, _ in postbox.taken}) == BATCH + 5


@pytest.mark.django_db
def test_what_does_not_leave_is_tried_ever_more_seldom_and_given_up_after_a_day(postbox: Postbox) -> None:
    postbox.data_answer = "451 not now"
    ada = person(1, "Ada")
    tell(ada.pk, AT, NoticeKind.PASSWORD_SET)
    at, gaps = AT, []
    while Message.objects.filter(given_up_at=None).exists():
        assert messages_send(at=at).sent == 0
        due = Message.objects.get().due_at
        gaps.append(due - at)
        at = due
        assert len(gaps) < 50
    *waits, _ = gaps
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert max(waits) == timedelta(hours=4)
    given_up = Message.objects.get()
    assert given_up.given_up_at is not None
    assert timedelta(days=1) <= given_up.given_up_at - AT < timedelta(days=1, hours=4)
    assert bytes(given_up.address_sealed) == b""
    event = Event.objects.select_related("detail").get(tag="identity:message:given_up")
    assert event.subject_id == ada.pk
    assert event.detail.body == {"kind": "password_set", "tries": len(gaps), "refused": False}
    postbox.data_answer = ""
    assert messages_send(at=at + timedelta(days=1)).sent == 0


@pytest.mark.django_db
def test_an_address_that_is_refused_for_good_is_given_up_and_holds_nobody_up(postbox: Postbox) -> None:
    postbox.refuses = {"yok@ornek.com.tr": "550 no such user", "dolu@ornek.com.tr": "452 mailbox full"}
    waiting(AT, "yok@ornek.com.tr", "dolu@ornek.com.tr", ADDRESS, "iki\nsatir@ornek.com.tr")
    done = messages_send(at=AT)
    assert (done.sent, done.given_up, done.waiting) == (1, 2, 1)
    assert [to for to, _ in postbox.taken] == [ADDRESS]


@pytest.mark.django_db
def test_a_mail_server_that_is_away_stops_nothing(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    waiting(AT, *[f"kisi{number}@ornek.com.tr" for number in range(BATCH + 5)])
    done = messages_send(at=AT)
    assert (done.sent, done.given_up, done.waiting) == (0, 0, BATCH)
    assert "ornek.com.tr" not in caplog.text
    assert Message.objects.filter(tries=0).count() == 5  # one batch shows it


@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_never_send_the_same(postbox: Postbox) -> None:
    waiting(AT, *[f"kisi{number}@ornek.com.tr" for number in range(30)])

    def send(_: int) -> int:
        try:
            return messages_send(at=AT).sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(send, range(3))) == 30
    assert len(postbox.taken) == len({to for to, _ in postbox.taken}) == 30


@pytest.mark.django_db
def test_what_a_sender_left_behind_is_sent_after_its_claim(postbox: Postbox) -> None:
    waiting()
    assert len(messages_claim(actor=OPERATOR, at=AT)) == 1  # and then that process died
    assert messages_send(at=AT + timedelta(minutes=9)).sent == 0
    assert messages_send(at=AT + timedelta(minutes=10)).sent == 1


@pytest.mark.django_db
def test_without_a_mail_server_nothing_waits_for_one(settings: Any) -> None:
    assert settings.KATIP.smtp_url == ""
    waiting()
    assert messages_send(at=AT).sent == 0
    left = Message.objects.get()
    assert (left.given_up_at, bytes(left.address_sealed)) == (AT, b"")


@pytest.mark.django_db
def test_in_the_demo_they_lie_in_a_folder(settings: Any, tmp_path: Path) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"demo": True, "data": tmp_path})
    waiting()
    assert messages_send(at=AT).sent == 1
    (file,) = (tmp_path / "mail").glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == ADDRESS
    assert "kod uygulaması" in message.get_content()


# --- how ------------------------------------------------------------------------------------------------------


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


@pytest.mark.django_db
def test_a_server_without_a_certificate_that_is_believed_gets_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS off loopback: the check of the certificate is what protects, not the encryption."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ),
            *("-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
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
    monkeypatch.setattr(mail, "is_loopback", lambda _host: False)
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": f"smtp://ada:gizli@127.0.0.1:{server.port}"})
    waiting()
    assert messages_send(at=AT).waiting == 1
    server.stop()
    assert (box.taken, secrets) == ([], [])


@pytest.mark.django_db
def test_settling_keeps_each_outcome_to_its_message() -> None:
    waiting(AT, "a@ornek.com.tr", "b@ornek.com.tr", "c@ornek.com.tr")
    first, second, third = messages_claim(actor=OPERATOR, at=AT)
    outcomes = {first.pk: "sent", second.pk: "refused", third.pk: "failed"}
    done = messages_settle(actor=OPERATOR, at=AT, outcomes=outcomes)
    assert (done.sent, done.given_up, done.waiting) == (1, 1, 1)
    rows = {row.pk: row for row in Message.objects.all()}
    assert rows[first.pk].sent_at == AT
    assert rows[second.pk].given_up_at == AT
    assert (rows[third.pk].sent_at, rows[third.pk].given_up_at) == (None, None)


# --- in words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_kind_has_words_and_no_two_the_same(language: str) -> None:
    with translation.override(language):
        titles = {kind: notice_title(kind) for kind in NoticeKind}
        texts = [notice_text(kind, {}) for kind in NoticeKind]
    assert NOTICES.keys() == set(NoticeKind)
    assert len(set(titles.values())) == len(titles)
    assert all(texts)


def test_what_is_known_of_a_notice_is_said() -> None:
    with translation.override("tr"):
        assert notice_text(NoticeKind.PROOFED, {"way": "chip"}).endswith("(kimlik kartının çipiyle)")
        assert notice_text(NoticeKind.NEW_DEVICE, {"browser": "Firefox, Linux"}).endswith("(Firefox, Linux)")
        assert notice_text(NoticeKind.RECOVERY_CODE_USED, {"left": 7}).endswith("(kalan kod: 7)")
        assert notice_text(NoticeKind.APPLICATION_MADE, {"until": "2026-12-05"}).endswith("(son gün 05.12.2026)")
        assert notice_text(NoticeKind.NEW_DEVICE, {"browser": "", "way": "odd"}).endswith("yapıldı.")


def test_every_tag_of_the_audit_record_has_words() -> None:
    """Found in the program itself: whoever records something new about a sign-in gives it words."""
    package = Path(katip.__file__).parent
    written = {
        tag
        for folder in ("identity", "counter", "web", "api", "cli")
        for file in (package / folder).rglob("*.py")
        for tag in re.findall(r'"(identity:[a-z_]+:[a-z_]+)"', file.read_text("utf-8"))
    }
    assert written - EVENTS.keys() == set()
    assert set(SIGN_INS) <= EVENTS.keys()
    for tag in EVENTS:
        assert event_item(tag, {"second_step": "webauthn_alone", "way": "counter"})["lines"]


def test_an_e_mail_reads_well_in_every_kind() -> None:
    detail = {"method": next(iter(METHODS)), "way": next(iter(WAYS))}
    for kind in NoticeKind:
        message = message_write(number=1, kind=kind, detail=detail, at=timezone.now(), to=ADDRESS)
        assert message.body.count("\n\n") > 5
        assert "%(" not in message.body
        assert "\n" not in message.subject
