"""What is told outside reaches its address: by a real mail server, once, whatever is away or dies in between."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from katip.audit.models import Event
from katip.cli.sweep import due_do
from katip.core.actor import OPERATOR
from katip.core.crypto import unseal
from katip.core.environment import Environment
from katip.identity.models import NoticeKind, SecurityNotice
from katip.identity.telling import leaves, message_to, messages_to, tell
from katip.notices import engine, letters
from katip.notices.addresses import SPARED, address_key, fault_end, faults_of
from katip.notices.deliver import KEPT_TRYING, Outgoing, deliver
from katip.notices.engine import channel_send, deliveries_send, is_due
from katip.notices.letters import Letter, writer_register
from katip.notices.models import AddressFault, Channel, ChannelRest, Delivery, Rank, State
from katip.notices.services import queue
from katip.notices.services.queue import BATCH, CLAIM, bundles_claim, pause
from tests.cast import AT, person
from tests.notices.postbox import Postbox, postbox_open

ADDRESS = "kisi1@ornek.com.tr"
MINUTE = timedelta(minutes=1)


class Plain:
    """Says what it was given."""

    def write(self, items: Any, channel: Channel) -> Letter | None:
        del channel
        if any(item.detail.get("moot") for item in items):
            return None
        words = [str(item.detail.get("word", item.kind)) for item in items]
        if "bug" in words:
            raise LookupError
        return Letter(" ".join(words)[:60], "\n\n".join(words), {"List-Unsubscribe": "<https://ornek.com.tr/birak>"})


@pytest.fixture(autouse=True)
def _writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_WRITERS", dict(letters._WRITERS))
    writer_register(["plain"], Plain())


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with postbox_open(settings) as box:
        yield box


def out(*addresses: str, **told: Any) -> list[Delivery]:
    with transaction.atomic():
        return deliver([Outgoing(Channel.EMAIL, one, "plain", **told) for one in addresses or (ADDRESS,)], AT)


def many(count: int, **told: Any) -> list[Delivery]:
    return out(*[f"kisi{number}@ornek.com.tr" for number in range(count)], **told)


def state(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.code


def until_settled(at: datetime, most: int = 1_000) -> tuple[datetime, int]:
    """Let the minutes pass until nothing waits any more; when that was, and how many messages were sent."""
    sent = 0
    for _ in range(most):
        sent += deliveries_send(at=at).sent
        if not Delivery.objects.filter(state=State.WAITING).exists():
            return at, sent
        at += MINUTE
    pytest.fail("It waits for ever.")


# --- what identity tells ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_change_is_told_in_the_register_and_by_e_mail(postbox: Postbox) -> None:
    ada = person(1, "Ada")
    tell(ada.pk, AT, NoticeKind.FACTOR_ADDED, method="totp")
    assert SecurityNotice.objects.get().person_id == ada.pk
    assert "1 messages sent" in due_do(AT)
    ((to, message),) = postbox.taken
    assert to == ADDRESS == message["To"]
    assert message["Subject"] == "Katip: Girişinize bir ikinci adım eklendi"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content().replace("\r\n", "\n")
    turkish, english = text.split("-- \nEnglish", 1)
    assert "Bundan sonra bu yolla da girilebilir. (kod uygulaması)" in turkish
    for part in (turkish, english):
        assert "02.06.2025 12:00" in part
        assert "Örnek" in part
    assert "02120000000" in turkish
    for private in ("Ada", "Örnek Ada", ada.national_id, ada.national_id_key):
        assert private not in str(message).replace("Örnek\n", "")
    assert re.findall(r"https?://\S+", text) == [Environment().origin] * 2
    sent = Delivery.objects.get()
    assert (sent.state, sent.sent_at, sent.closed_at, sent.tries) == (State.SENT, AT, AT, 1)
    assert (bytes(sent.address_sealed), sent.rank, sent.person_id) == (b"", Rank.SECURITY, ada.pk)
    assert deliveries_send(at=AT).sent == 0
    assert len(postbox.taken) == 1


@pytest.mark.django_db
def test_what_concerns_a_sign_in_leaves_first_and_a_months_digests_last(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "BATCH", 2)
    assert leaves()
    digests: list[tuple[int, str, dict[str, Any]]] = [(person(n, "Ada").pk, f"son{n}@ornek.com.tr", {}) for n in (1, 2)]
    messages_to(digests, AT - MINUTE, NoticeKind.MONTH_DIGEST)
    out("orta@ornek.com.tr")
    message_to("ilk@ornek.com.tr", AT, NoticeKind.FACTOR_ADDED)
    assert deliveries_send(at=AT).sent == 4
    assert postbox.receivers == [f"{who}@ornek.com.tr" for who in ("ilk", "orta", "son1", "son2")]


@pytest.mark.django_db
def test_what_is_rolled_back_tells_nothing(postbox: Postbox) -> None:
    with transaction.atomic():
        message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
        transaction.set_rollback(True)
    assert deliveries_send(at=AT).sent == 0
    assert postbox.taken == []


# --- once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_is_sent_before_it_is_due(postbox: Postbox) -> None:
    (row,) = out(due_at=AT + MINUTE)
    assert not is_due(Channel.EMAIL, AT)
    assert deliveries_send(at=AT).sent == 0
    assert is_due(Channel.EMAIL, AT + MINUTE)
    assert deliveries_send(at=AT + MINUTE).sent == 1
    assert postbox.receivers == [ADDRESS]
    assert row.ends_at == AT + MINUTE + KEPT_TRYING


@pytest.mark.django_db
def test_many_leave_in_one_go(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "BATCH", 4)
    rows = many(30)
    assert deliveries_send(at=AT).sent == len(rows)
    assert len(set(postbox.receivers)) == len(rows)


@pytest.mark.django_db(transaction=True)
def test_those_who_send_at_once_never_send_the_same(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "BATCH", 5)
    rows = many(60)

    def send(_: int) -> int:
        try:
            return channel_send(Channel.EMAIL, at=AT, senders=3).sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(send, range(2))) == len(rows)
    assert len(postbox.taken) == len(set(postbox.receivers)) == len(rows)


@pytest.mark.django_db
def test_what_a_sender_left_behind_is_sent_after_its_claim_and_can_be_told_by_its_number(postbox: Postbox) -> None:
    """A sender dies after the server took the message and before it could write that down: the one twin there is."""
    (row, *_) = many(2)

    def die() -> None:
        monkey.setattr("katip.notices.engine.outcome_settle", dead)

    def dead(**_: Any) -> None:
        raise KeyboardInterrupt

    monkey = pytest.MonkeyPatch()
    postbox.taking = die
    with pytest.raises(KeyboardInterrupt):
        deliveries_send(at=AT)
    monkey.undo()
    postbox.taking = None
    assert state(row) == (State.WAITING, "")
    assert deliveries_send(at=AT + CLAIM - MINUTE).sent == 0
    assert deliveries_send(at=AT + CLAIM).sent == 2
    assert postbox.receivers == ["kisi0@ornek.com.tr", "kisi0@ornek.com.tr", "kisi1@ornek.com.tr"]
    first, twin, other = (message["Message-ID"] for _, message in postbox.taken)
    assert first == twin != other


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_while_a_message_leaves_is_waited_for(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = out()
    failures = iter([OperationalError("away"), OperationalError("away")])

    def settle(**told: Any) -> queue.Sent:
        if error := next(failures, None):
            raise error
        return queue.outcome_settle(**told)

    monkeypatch.setattr(engine, "outcome_settle", settle)
    monkeypatch.setattr(engine, "_PATIENCE", (0.0, 0.0, 0.0))
    assert deliveries_send(at=AT).sent == 1
    assert state(row) == (State.SENT, "")
    assert deliveries_send(at=AT + CLAIM).sent == 0
    assert postbox.receivers == [ADDRESS]


@pytest.mark.django_db
def test_what_was_not_got_to_is_put_back_and_was_no_try(postbox: Postbox) -> None:
    rows = many(3)
    stops = iter([False, False, True])
    done = channel_send(Channel.EMAIL, at=AT, stopping=lambda: next(stops, True))
    assert (done.sent, done.waiting) == (1, 2)
    assert deliveries_send(at=AT).sent == 2
    assert sorted(postbox.receivers) == [f"kisi{number}@ornek.com.tr" for number in range(3)]
    assert set(Delivery.objects.values_list("tries", flat=True)) == {1}
    assert len(rows) == 3


# --- what is away ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_server_away_for_a_day_loses_nothing_and_tells_nothing_twice(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    many(BATCH + 5)
    at, tries = AT, 0
    while at < AT + timedelta(days=1):
        done = channel_send(Channel.EMAIL, at=at)
        assert (done.sent, done.given_up) == (0, 0)
        rest = ChannelRest.objects.get()
        assert rest.until is not None
        assert rest.until > at
        at, tries = rest.until, tries + 1
    assert 90 < tries < 110  # every quarter of an hour
    assert set(Delivery.objects.values_list("tries", flat=True)) == {0}  # no message's fault
    assert (rest.code, rest.since) == ("smtp_unreachable", AT)
    assert "ornek.com.tr" not in caplog.text
    with postbox_open(settings) as box:
        assert deliveries_send(at=at).sent == BATCH + 5  # all of it, as soon as the server is back
        assert deliveries_send(at=at + timedelta(days=1)).sent == 0
    assert len(box.taken) == len(set(box.receivers)) == BATCH + 5
    rest.refresh_from_db()
    assert (rest.failures, rest.until, rest.last_sent_at) == (0, None, at)


@pytest.mark.django_db
def test_while_a_channel_rests_nobody_asks_its_server(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    out()
    assert is_due(Channel.EMAIL, AT)
    assert deliveries_send(at=AT).waiting == 1
    assert not is_due(Channel.EMAIL, AT)
    with postbox_open(settings) as box:
        assert deliveries_send(at=AT + timedelta(seconds=29)).sent == 0
        assert deliveries_send(at=AT + timedelta(seconds=30)).sent == 1
    assert box.receivers == [ADDRESS]


@pytest.mark.django_db
def test_what_does_not_leave_is_tried_ever_more_seldom_and_given_up_after_three_days(postbox: Postbox) -> None:
    postbox.data_answer = "451 not now"
    ada = person(1, "Ada")
    tell(ada.pk, AT, NoticeKind.PASSWORD_SET)
    row = Delivery.objects.get()
    at, gaps = AT, []
    while state(row)[0] == State.WAITING:
        assert deliveries_send(at=at).sent == 0
        row.refresh_from_db()
        gaps.append(row.due_at - at)
        at = row.due_at
        assert len(gaps) < 60
    *waits, _ = gaps
    usual = [timedelta(minutes=2**n) for n in (1, 2, 3)]
    assert all(0.75 * one <= gap <= 1.25 * one for one, gap in zip(usual, waits, strict=False))
    assert max(waits) <= 1.25 * timedelta(hours=4)
    assert state(row) == (State.GIVEN_UP, "smtp_451")
    assert row.closed_at is not None
    assert KEPT_TRYING <= row.closed_at - AT < KEPT_TRYING + timedelta(hours=5)
    assert bytes(row.address_sealed) == b""
    event = Event.objects.select_related("detail").get(tag="notices:delivery:given_up")
    assert event.subject_id == ada.pk
    assert event.detail.body == {
        "kind": "password_set",
        "channel": "email",
        "tries": len(waits),
        "code": "smtp_451",
    }
    postbox.data_answer = ""
    assert deliveries_send(at=at + timedelta(days=1)).sent == 0


def test_what_failed_together_is_not_tried_again_at_one_moment() -> None:
    waits = {pause(3, number) for number in range(200)}
    assert len(waits) > 50
    assert min(waits) >= timedelta(minutes=6)
    assert max(waits) <= timedelta(minutes=10)


@pytest.mark.django_db
def test_a_line_cut_in_the_middle_costs_one_message_a_try_and_nobody_else(postbox: Postbox) -> None:
    rows = many(4)
    postbox.cuts = {"kisi1@ornek.com.tr": "before"}
    done = deliveries_send(at=AT)
    assert (done.sent, done.waiting) == (3, 1)
    assert [row for row in rows if state(row)[0] == State.WAITING] == [rows[1]]
    assert state(rows[1]) == (State.WAITING, "smtp_cut")
    postbox.cuts = {}
    _, sent = until_settled(AT + MINUTE)
    assert sent == 1
    assert sorted(postbox.receivers) == [f"kisi{number}@ornek.com.tr" for number in range(4)]


@pytest.mark.django_db
def test_an_answer_that_was_lost_leaves_a_twin_that_shows_it(postbox: Postbox) -> None:
    """The server took it, and the line went dead before it said so: sent again, under the same Message-ID."""
    out()
    postbox.cuts = {ADDRESS: "after"}
    assert deliveries_send(at=AT).waiting == 1
    postbox.cuts = {}
    until_settled(AT + MINUTE)
    (_, first), (_, twin) = postbox.taken
    assert first["Message-ID"] == twin["Message-ID"]


@pytest.mark.django_db
def test_a_server_that_cuts_every_line_is_let_rest(postbox: Postbox) -> None:
    many(10)
    postbox.cuts = dict.fromkeys([f"kisi{number}@ornek.com.tr" for number in range(10)], "before")
    done = deliveries_send(at=AT)
    assert (done.sent, done.waiting) == (0, 10)
    assert ChannelRest.objects.get().code == "smtp_cut"
    assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0] * 8 + [1] * 2


# --- addresses that take nothing -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_address_that_is_refused_for_good_is_given_up_and_holds_nobody_up(postbox: Postbox) -> None:
    postbox.refuses = {"yok@ornek.com.tr": "550 5.1.1 no such user", "dolu@ornek.com.tr": "452 mailbox full"}
    rows = out("yok@ornek.com.tr", "dolu@ornek.com.tr", ADDRESS, "iki\nsatir@ornek.com.tr", "öğe@ornek.com.tr")
    done = deliveries_send(at=AT)
    assert (done.sent, done.given_up, done.waiting) == (1, 1, 1)
    assert postbox.receivers == [ADDRESS]
    assert [state(row) for row in rows] == [
        (State.REFUSED, "smtp_550_5.1.1"),
        (State.WAITING, "smtp_452"),
        (State.SENT, ""),
        (State.REFUSED, "address"),
        (State.REFUSED, "address"),
    ]
    found = faults_of(["YOK@ornek.com.tr", "dolu@ornek.com.tr", ADDRESS, ""])
    assert {address: (fault.channel, fault.code, fault.since) for address, fault in found.items()} == {
        "YOK@ornek.com.tr": (Channel.EMAIL, "smtp_550_5.1.1", AT)
    }
    assert "ornek" not in str(list(AddressFault.objects.values()))


@pytest.mark.django_db
def test_an_address_that_takes_nothing_gets_what_concerns_its_sign_in_and_the_rest_after_a_month(
    postbox: Postbox,
) -> None:
    postbox.refuses = {ADDRESS: "550 5.1.1 no such user"}
    out()
    deliveries_send(at=AT)
    postbox.refuses = {}
    (row,) = out()
    assert deliveries_send(at=AT).given_up == 1
    assert state(row) == (State.REFUSED, "known")
    later = AT + SPARED
    with transaction.atomic():
        deliver([Outgoing(Channel.EMAIL, ADDRESS, "plain")], later)
    assert deliveries_send(at=later).sent == 1
    assert faults_of([ADDRESS]) == {}  # it was taken: it works again


@pytest.mark.django_db
def test_what_concerns_a_sign_in_is_tried_all_the_same(postbox: Postbox) -> None:
    AddressFault.objects.create(
        channel=Channel.EMAIL,
        address_key=address_key(Channel.EMAIL, ADDRESS),
        code="bounce_5.1.1",
        since=AT,
        last_at=AT,
    )
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED)
    assert deliveries_send(at=AT).sent == 1
    assert faults_of([ADDRESS])  # that a server took it says nothing against a report
    with transaction.atomic():
        fault_end(Channel.EMAIL, address_key(Channel.EMAIL, ADDRESS), AT)
    assert faults_of([ADDRESS]) == {}


# --- what is told together, or not at all ----------------------------------------------------------------------


@pytest.mark.django_db
def test_one_digest_is_one_message_once_the_first_of_it_is_due(postbox: Postbox) -> None:
    rows = [
        *out(ADDRESS, detail={"word": "bir"}, digest_key="gun"),
        *out(ADDRESS, detail={"word": "iki"}, digest_key="gun", due_at=AT + timedelta(hours=3)),
        *out(ADDRESS, detail={"word": "ayri"}),
        *out("kisi2@ornek.com.tr", detail={"word": "baska"}, digest_key="gun"),
    ]
    assert deliveries_send(at=AT).sent == 4
    told = {(to, message["Subject"]) for to, message in postbox.taken}
    assert told == {(ADDRESS, "bir iki"), (ADDRESS, "ayri"), ("kisi2@ornek.com.tr", "baska")}
    assert len(postbox.taken) == 3
    assert {state(row) for row in rows} == {(State.SENT, "")}
    assert deliveries_send(at=AT + timedelta(hours=3)).sent == 0


@pytest.mark.django_db
def test_what_is_worth_nothing_any_more_is_dropped_when_it_would_leave(postbox: Postbox) -> None:
    (moot,) = out(detail={"moot": True})
    (late,) = out("kisi2@ornek.com.tr", ends_at=AT + MINUTE, due_at=AT + 2 * MINUTE)
    assert deliveries_send(at=AT).dropped == 1
    assert state(moot) == (State.DROPPED, "moot")
    assert deliveries_send(at=AT + 2 * MINUTE).given_up == 1
    assert state(late) == (State.GIVEN_UP, "too_old")
    assert postbox.taken == []


@pytest.mark.django_db
def test_a_message_without_words_holds_nobody_up(postbox: Postbox, caplog: pytest.LogCaptureFixture) -> None:
    (bug,) = out("kisi2@ornek.com.tr", detail={"word": "bug"})
    with transaction.atomic():
        (unknown,) = deliver([Outgoing(Channel.EMAIL, "kisi3@ornek.com.tr", "of_another_version")], AT)
    out()
    assert deliveries_send(at=AT).sent == 1
    assert state(bug) == state(unknown) == (State.WAITING, "words")
    assert "finds no words" in caplog.text
    assert "ornek.com.tr" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "parts"), [("tr", 1), ("en", 1), ("both", 2)])
def test_a_letter_is_in_the_language_that_was_asked_for(postbox: Postbox, language: str, parts: int) -> None:
    out(language=language, detail={"word": "haber"})
    deliveries_send(at=AT)
    ((_, message),) = postbox.taken
    text = message.get_content()
    assert text.count("haber") == (3 if parts == 2 else 1)  # the English subject stands in the text
    assert ("-- " in text) == (parts == 2)
    assert message["List-Unsubscribe"] == "<https://ornek.com.tr/birak>"


# --- where nothing leaves --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_mail_server_nothing_waits_for_one(settings: Any) -> None:
    assert settings.KATIP.smtp_url == ""
    assert not leaves()
    with transaction.atomic():
        rows = deliver([Outgoing(channel, ADDRESS, "plain") for channel in Channel], AT)
    assert [state(row) for row in rows] == [(State.DROPPED, "no_channel")] * 3
    assert {bytes(row.address_sealed) for row in rows} == {b""}
    assert faults_of([ADDRESS]) == {}


@pytest.mark.django_db
def test_what_waits_when_a_mail_server_is_taken_away_is_dropped(settings: Any) -> None:
    with postbox_open(settings) as box:
        (row,) = out()
        assert unseal(row.address_sealed) == ADDRESS
        settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": ""})
        assert deliveries_send(at=AT).dropped == 1
    assert state(row) == (State.DROPPED, "no_channel")
    assert box.taken == []


@pytest.mark.django_db
def test_in_the_demo_they_lie_in_folders(settings: Any, tmp_path: Path) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"demo": True, "data": tmp_path})
    message_to(ADDRESS, AT, NoticeKind.FACTOR_ADDED, method="totp")
    with transaction.atomic():
        deliver(
            [Outgoing(Channel.SMS, "5551234567", "plain"), Outgoing(Channel.KEP, "a@hs01.kep.tr", "plain")],
            AT,
        )
    assert deliveries_send(at=AT).sent == 3
    (file,) = (tmp_path / "mail").glob("*.eml")
    message: Any = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == ADDRESS
    assert "kod uygulaması" in message.get_content()
    (sms,), (kep,) = (tmp_path / "sms").iterdir(), (tmp_path / "kep").iterdir()
    assert sms.read_text().splitlines()[0] == "5551234567"
    assert kep.read_text().startswith("a@hs01.kep.tr\n")


@pytest.mark.django_db
def test_a_claim_is_asked_for_with_few_statements(postbox: Postbox, django_assert_max_num_queries: Any) -> None:
    del postbox
    many(20)
    with django_assert_max_num_queries(12):
        assert len(bundles_claim(actor=OPERATOR, at=AT, channel=Channel.EMAIL).bundles) == 20


@pytest.mark.django_db(transaction=True)
def test_while_a_server_is_waited_for_no_connection_is_held(postbox: Postbox) -> None:
    held: list[bool] = []
    here = connections["default"]
    postbox.taking = lambda: held.append(here.connection is not None)
    many(2)
    assert deliveries_send(at=AT).sent == 2
    assert held == [False, False]


@pytest.mark.django_db
def test_what_another_sender_holds_goes_with_nothing_else(postbox: Postbox) -> None:
    """A slow server holds a message of a digest for minutes; what is due meanwhile does not take it along."""
    (held,) = out(digest_key="told")
    [first] = bundles_claim(actor=OPERATOR, at=AT, channel=Channel.EMAIL).bundles
    (later,) = out(digest_key="told", due_at=AT + 2 * MINUTE)
    [second] = bundles_claim(actor=OPERATOR, at=AT + 3 * MINUTE, channel=Channel.EMAIL).bundles
    assert [[row.pk for row in one] for one in (first, second)] == [[held.pk], [later.pk]]
