"""The chip API: what a reader may call, what it is told, and what it cannot do with large, odd or repeated bodies."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from katip.api.access import language_of
from katip.core.actor import Actor
from katip.identity.chip.evidence import MAX_DATA_GROUP, MAX_SECURITY_OBJECT
from katip.identity.models import ChipSession, Enrolment, Person, Proofing
from katip.identity.services.chip_session import chip_session_open
from tests.cast import person, sign_in_open, signed_in
from tests.reading import Office, body_of, evidence_of, office_open, text_of

API = "/api/chip/v1/"
CALLS = ("claim", "stage", "evidence", "abandon")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_open(tmp_path_factory.mktemp("trust"), datetime.now(UTC))


@pytest.fixture
def office(issued: Office, settings: Any) -> Office:
    settings.KATIP = settings.KATIP.model_copy(update={"chip_trust": issued.folder})
    return issued


@pytest.fixture
def ada() -> Person:
    someone = person(1, "Ada")
    sign_in_open(someone, two_steps=False)
    return someone


@pytest.fixture
def code(ada: Person) -> str:
    return chip_session_open(actor=Actor(ada.pk), at=datetime.now(UTC)).code


class Reader:
    """A program: no cookies, and what it has been given."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.raise_request_exception = False
        self.token, self.challenge = "", b""

    def post(self, call: str, body: Any, **headers: str) -> HttpResponse:
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}"} | headers
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(API + call, content, content_type="application/json", headers=headers)  # type: ignore[return-value] # the client's response stands for the real one

    def claim(self, code: str) -> dict[str, Any]:
        answer = self.post("claim", {"code": code})
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = json.loads(answer.content)
        self.token, self.challenge = found["session"], base64.b64decode(found["challenge"])
        return found


def error_of(response: HttpResponse) -> tuple[int, str]:
    body = json.loads(response.content)
    assert set(body) == {"error", "message"}
    assert body["message"]
    return response.status_code, body["error"]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def claimed(reader: Reader, code: str) -> Iterator[Reader]:
    reader.claim(code)
    yield reader
    assert not reader.client.cookies  # never asked for, never given


# --- the whole way ---------------------------------------------------------------------------------------------


def test_a_reader_claims_tells_and_hands_in(office: Office, ada: Person, code: str, reader: Reader) -> None:
    found = reader.claim(f"{code[:4]}-{code[4:]}".lower())
    assert set(found) == {"session", "challenge", "expires_at"}
    assert len(reader.challenge) == 8
    left = datetime.fromisoformat(found["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=2, seconds=50) < left <= timedelta(minutes=3)
    for stage in ("connecting", "access", "reading", "signing"):
        assert reader.post("stage", {"stage": stage}).status_code == 204
        assert ChipSession.objects.get().stage == stage
    answer = reader.post("evidence", body_of(evidence_of(office.card(ada), reader.challenge)))
    assert answer.status_code == 200
    assert json.loads(answer.content) == {
        "verdict": "chip_with_clone_check",
        "reasons": [],
        "message": "Kart doğrulandı. Tarayıcıdaki sayfaya dönün.",
    }
    assert Proofing.objects.get().person_id == ada.pk
    assert not reader.client.cookies


@pytest.mark.parametrize(
    ("kind", "told"),
    [("clone", ("refused", ["clone_check_failed"])), ("no_clone_check", ("chip_only", ["no_clone_check"]))],
)
def test_a_verdict_comes_with_its_reasons_in_plain_words(
    office: Office, ada: Person, claimed: Reader, kind: str, told: tuple[str, list[str]]
) -> None:
    body = body_of(evidence_of(office.card(ada, kind), claimed.challenge))
    answer = json.loads(claimed.post("evidence", body).content)
    assert (answer["verdict"], answer["reasons"]) == told
    assert "gişeye başvurun" in answer["message"]


def test_a_reader_that_gives_up_says_why(claimed: Reader) -> None:
    assert claimed.post("abandon", {"reason": "wrong_data"}).status_code == 204
    assert ChipSession.objects.get().reasons == ["wrong_data"]
    assert error_of(claimed.post("stage", {"stage": "reading"})) == (409, "used")


# --- codes and tokens ------------------------------------------------------------------------------------------


def test_codes_that_open_nothing(reader: Reader, code: str) -> None:
    assert error_of(reader.post("claim", {"code": "K7QF2M9D"})) == (404, "unknown_code")
    reader.claim(code)
    reader.token = ""
    assert error_of(reader.post("claim", {"code": code})) == (409, "used")
    ChipSession.objects.update(state="waiting", expires_at=datetime.now(UTC))
    assert error_of(reader.post("claim", {"code": code})) == (410, "expired")


def test_wrong_codes_are_counted_by_network_and_right_ones_are_not(reader: Reader, ada: Person) -> None:
    def fresh() -> str:
        return chip_session_open(actor=Actor(ada.pk), at=datetime.now(UTC)).code

    for _ in range(19):
        assert error_of(reader.post("claim", {"code": "K7QF2M9D"})) == (404, "unknown_code")
        Reader().claim(fresh())
    assert error_of(reader.post("claim", {"code": ""})) == (404, "unknown_code")
    refused = reader.post("claim", {"code": fresh()})
    assert error_of(refused) == (429, "slow_down")
    assert refused.headers["Retry-After"] == "300"
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    answer = elsewhere.post(API + "claim", json.dumps({"code": fresh()}), content_type="application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize("call", ["stage", "evidence", "abandon"])
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eDp4", "Bearer \x00", "Bearer şş"])
def test_without_a_token_nothing_can_be_called(claimed: Reader, call: str, authorization: str) -> None:
    bodies = {"stage": {"stage": "reading"}, "abandon": {"reason": "no_card"}, "evidence": {}}
    claimed.token = ""
    answer = claimed.post(call, bodies[call], **({"Authorization": authorization} if authorization else {}))
    assert error_of(answer) == (404, "unknown_code")
    assert ChipSession.objects.get().state == "claimed"


def test_a_pairing_code_is_no_token(claimed: Reader, code: str) -> None:
    claimed.token = code
    assert error_of(claimed.post("stage", {"stage": "reading"})) == (404, "unknown_code")


def test_a_session_that_is_over_takes_nothing(claimed: Reader, office: Office, ada: Person) -> None:
    body = body_of(evidence_of(office.card(ada), claimed.challenge))
    ChipSession.objects.update(expires_at=datetime.now(UTC))
    assert error_of(claimed.post("stage", {"stage": "reading"})) == (410, "expired")
    assert error_of(claimed.post("evidence", body)) == (410, "expired")
    assert not Proofing.objects.exists()


def test_evidence_is_taken_once(claimed: Reader, office: Office, ada: Person) -> None:
    body = body_of(evidence_of(office.card(ada), claimed.challenge))
    assert claimed.post("evidence", body).status_code == 200
    assert error_of(claimed.post("evidence", body)) == (409, "used")
    assert Enrolment.objects.count() == 1


# --- bodies ----------------------------------------------------------------------------------------------------

WELL = {"security_object": "AAAA", "data_groups": {"1": "AAAA"}, "signature": None}
DEEP = b'{"security_object": ' + b"[" * 100_000
MALFORMED: list[tuple[str, Any]] = [
    ("claim", b""),
    ("claim", b"null"),
    ("claim", b"[]"),
    ("claim", b'"x"'),
    ("claim", b"{"),
    ("claim", b"\xff\xfe"),
    ("claim", {"code": 1}),
    ("claim", {"code": None}),
    ("claim", {"code": "x" * 41}),
    ("claim", {}),
    ("claim", {"code": "K7QF2M9D", "more": 1}),
    ("claim", b'{"code": "K7QF2M9D", "code": "K7QF2M9D"}'),
    ("claim", b'{"code": NaN}'),
    ("stage", {"stage": "boiling"}),
    ("stage", {"stage": ["reading"]}),
    ("stage", {"stage": {"reading": 1}}),
    ("abandon", {"reason": "bored"}),
    ("abandon", {"reason": None}),
    ("evidence", DEEP),
    ("evidence", b'{"security_object": ' + b"9" * 6_000 + b"}"),
    ("evidence", {}),
    ("evidence", WELL | {"photo": "AAAA"}),
    ("evidence", WELL | {"security_object": None}),
    ("evidence", WELL | {"security_object": 7}),
    ("evidence", WELL | {"data_groups": []}),
    ("evidence", WELL | {"data_groups": {"2": "AAAA"}}),
    ("evidence", WELL | {"data_groups": {"01": "AAAA"}}),
    ("evidence", WELL | {"data_groups": {"1": None}}),
    ("evidence", WELL | {"signature": ""} | {"data_groups": None}),
    *(
        ("evidence", WELL | {"security_object": text})
        for text in ("A", "AAA", "AAAA\n", "AA==AA==", "AB==", "A-_A", "ş")
    ),
]


@pytest.mark.parametrize(("call", "body"), MALFORMED, ids=lambda value: str(value)[:40])
def test_what_is_malformed_is_said_to_be_and_spends_nothing(claimed: Reader, call: str, body: Any) -> None:
    assert error_of(claimed.post(call, body)) == (422, "malformed")
    session = ChipSession.objects.get()
    assert (session.state, session.stage, session.consumed_at) == ("claimed", "", None)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("claim", b" " * 1_100),
        ("evidence", b" " * (330 << 10)),
        ("evidence", WELL | {"security_object": text_of(bytes(MAX_SECURITY_OBJECT + 1))}),
        ("evidence", WELL | {"data_groups": {"1": text_of(bytes(MAX_DATA_GROUP + 1))}}),
        ("evidence", WELL | {"data_groups": {"15": text_of(bytes(MAX_DATA_GROUP + 2_000))}}),
        ("evidence", WELL | {"signature": text_of(bytes(1_025))}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_too_large_is_not_decoded(claimed: Reader, call: str, body: Any) -> None:
    assert error_of(claimed.post(call, body)) == (413, "too_large")
    assert ChipSession.objects.get().consumed_at is None


def test_the_largest_that_is_allowed_fits(claimed: Reader, office: Office) -> None:
    groups = {name: text_of(bytes(MAX_DATA_GROUP)) for name in ("1", "14", "15")}
    full = {
        "security_object": text_of(bytes(MAX_SECURITY_OBJECT)),
        "data_groups": groups,
        "signature": text_of(bytes(1024)),
    }
    answer = claimed.post("evidence", full)
    assert answer.status_code == 200
    assert json.loads(answer.content)["verdict"] == "refused"


@pytest.mark.parametrize("length", ["", "-1", "x", "²", "9" * 40])
def test_a_size_that_is_none_is_not_read(claimed: Reader, length: str) -> None:
    answer = claimed.client.post(
        API + "claim", b'{"code": "x"}', content_type="application/json", CONTENT_LENGTH=length
    )
    assert answer.status_code in {413, 422}


def test_only_json_is_read(reader: Reader, code: str) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = reader.client.post(API + "claim", json.dumps({"code": code}), content_type=content_type)
        assert answer.status_code == 422
    assert ChipSession.objects.get().state == "waiting"


def test_strangers_are_turned_away_before_their_body_is_read(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    from katip.api import chip

    monkeypatch.setattr(chip, "body_read", lambda *_, **__: pytest.fail("was read"))
    reader.token = "x"
    assert error_of(reader.post("evidence", b"x" * 300_000)) == (404, "unknown_code")


# --- no cookies, languages, methods ----------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
def test_calls_are_posts_and_nothing_is_kept_of_the_answers(reader: Reader, call: str) -> None:
    for method in ("get", "head", "put", "delete", "options"):
        answer = getattr(reader.client, method)(API + call)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "POST"
    answer = reader.post(call, {})
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"] == "application/json"


def test_somebodys_cookie_counts_for_nothing(office: Office, ada: Person, code: str) -> None:
    """A signed-in browser that is made to call gets no further than anybody else."""
    browser = signed_in(ada, proof_age=None)
    answer = browser.post(API + "stage", json.dumps({"stage": "reading"}), content_type="application/json")
    assert error_of(answer) == (404, "unknown_code")  # type: ignore[arg-type] # the client's response stands for the real one
    assert ChipSession.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "tr"),
        ("de, fr;q=0.8", "tr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,tr;q=0.8", "en"),
        ("tr-TR,tr;q=0.9,en;q=0.8", "tr"),
        ("de,en;q=0.3", "en"),
        ("*", "tr"),
        ("x" * 20_000, "tr"),
        ("en\x00", "tr"),
    ],
)
def test_turkish_unless_english_is_preferred(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_messages_are_in_the_language_that_they_say(reader: Reader) -> None:
    for accepted, language in (("", "tr"), ("en", "en")):
        answer = reader.post("claim", {"code": "K7QF2M9D"}, **{"Accept-Language": accepted})
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.headers["Vary"]


def test_no_answer_and_no_log_repeats_what_was_sent(
    claimed: Reader, office: Office, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    card = office.card(ada)
    answer = claimed.post("evidence", body_of(evidence_of(card, claimed.challenge)))
    told = answer.content.decode() + caplog.text
    for word in (ada.national_id, card.mrz.document_number, claimed.token):
        assert word not in told


def test_telling_a_stage_costs_little(claimed: Reader) -> None:
    with CaptureQueriesContext(connection) as captured:
        claimed.post("stage", {"stage": "reading"})
    asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == 2, asked  # who acts, and the change
