"""The pages of the way by the chip: what one needs, the page that waits, and a way on from every end."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.core.actor import OPERATOR
from katip.identity.chip.evidence import Reason
from katip.identity.chip_selectors import ENDS, ChipPhase
from katip.identity.chip_words import REASONS
from katip.identity.models import ChipSession, Person
from katip.identity.services.chip_evidence import chip_evidence_take
from katip.identity.services.chip_session import (
    READER,
    ChipStage,
    Claimed,
    GivenUp,
    chip_session_abandon,
    chip_session_claim,
    chip_session_stage,
)
from katip.identity.services.sign_in_open import second_step_open
from katip.web.chip.show import GIVEN_UP, PHASES
from tests.cast import AT, SECRET, person, sign_in_open, signed_in
from tests.reading import Office, evidence_of, office_open

START, READING, STATE, STOP = (reverse(name) for name in ("chip", "chip_reading", "chip_state", "two_step"))

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
def client(ada: Person) -> Client:
    return signed_in(ada, proof_age=None)


def now() -> datetime:
    return datetime.now(UTC)


def begun(client: Client) -> str:
    """Begin a reading, as by the button; returns the code that the page shows."""
    assert client.post(START).headers["Location"] == READING
    shown = re.search(r'<p class="title code">([2-9A-Z]{4}-[2-9A-Z]{4})</p>', client.get(READING).text)
    assert shown is not None
    return shown[1]


def claimed(client: Client) -> Claimed:
    return chip_session_claim(actor=READER, at=now(), code=begun(client))


def said(client: Client) -> str:
    """What the waiting page says, loaded as a whole."""
    found = re.search(r'role="status"><p[^>]*><strong>([^<]+)<', client.get(READING).text)
    return found[1] if found else ""


# --- before ----------------------------------------------------------------------------------------------------


def test_the_stop_page_offers_three_ways_and_says_that_there_is_no_phone_app(client: Client) -> None:
    page = client.get(STOP).text
    for url in (START, reverse("application_new"), reverse("activation_second_step")):
        assert f'href="{url}"' in page
    assert "Telefon uygulaması henüz yok" in page
    assert "katip-reader" in page


def test_the_start_page_says_what_one_needs(client: Client) -> None:
    page = client.get(START).text
    for words in ("Telefon uygulaması henüz yok", "katip-reader", "PC/SC", "Çipli kimlik kartınız", "saklanmaz"):
        assert words in page
    assert not ChipSession.objects.exists()


def test_whoever_has_or_had_a_second_step_is_led_to_the_counter(ada: Person, client: Client) -> None:
    second_step_open(actor=OPERATOR, at=AT, person_id=ada.pk, secret=SECRET)
    for answer, status in ((client.get(START), 200), (client.post(START), 403)):
        assert answer.status_code == status
        assert "Bu yol size kapalı" in answer.text
        assert f'href="{reverse("application_new")}"' in answer.text
    assert not ChipSession.objects.exists()


def test_nobody_begins_readings_without_end(client: Client) -> None:
    for _ in range(10):
        assert client.post(START).status_code == 302
    assert client.post(START).status_code == 429
    assert ChipSession.objects.count() == 10


# --- the page that waits ---------------------------------------------------------------------------------------


def test_the_code_is_shown_with_the_command_and_again_after_reloading(client: Client, settings: Any) -> None:
    code = begun(client)
    page = client.get(READING)
    assert f"katip-reader --server {settings.KATIP.origin} --code {code}" in page.text
    assert f'data-poll="{STATE}"' in page.text
    assert f'href="{READING}">Yenile</a>' in page.text
    assert code not in page.request["PATH_INFO"]
    assert "no-store" in page.headers["Cache-Control"]


def test_another_browser_shows_the_state_but_not_the_code(ada: Person, client: Client) -> None:
    begun(client)
    page = signed_in(ada, proof_age=None).get(READING).text
    assert "Okuyucu bekleniyor." in page
    assert "Kod, okumayı başlattığınız tarayıcıda görünür" in page
    assert 'class="title code"' not in page


def test_a_browser_does_not_show_the_code_of_a_reading_that_was_replaced_elsewhere(ada: Person, client: Client) -> None:
    code = begun(client)
    begun(signed_in(ada, proof_age=None))
    assert code not in client.get(READING).text


def test_the_page_says_live_what_the_reader_does(client: Client) -> None:
    code = begun(client)
    heard = [said(client)]
    got = chip_session_claim(actor=READER, at=now(), code=code)
    heard.append(said(client))
    assert code not in client.get(READING).text  # it is used: nobody needs to see it
    for stage in ChipStage:
        chip_session_stage(actor=READER, at=now(), token=got.token, stage=stage)
        heard.append(said(client))
        assert heard[-1] in client.get(STATE).text
    ChipSession.objects.update(consumed_at=now())
    heard.append(said(client))
    assert heard == [str(PHASES[phase]) for phase in ChipPhase if phase not in ENDS]
    assert len(set(heard)) == len(heard)


def test_the_steps_are_told_in_words_too(client: Client) -> None:
    got = claimed(client)
    chip_session_stage(actor=READER, at=now(), token=got.token, stage=ChipStage.READING)
    page = client.get(STATE).text
    steps = re.findall(r"<b>([^<]+)</b>(?:<small>([^<]+)</small>)?", page)
    assert [word for _, word in steps] == ["tamam", "tamam", "tamam", "şimdi", "", ""]
    assert steps[3][0] == "Kartın okunması"


def test_the_time_left_is_said_and_runs_out(client: Client) -> None:
    begun(client)
    assert re.search(r"2 dakika 5\d saniye kaldı", client.get(READING).text)
    ChipSession.objects.update(expires_at=now() + timedelta(seconds=42))
    assert re.search(r">4[12] saniye kaldı", client.get(STATE).text)
    ChipSession.objects.update(expires_at=now())
    assert client.get(STATE).content == b""  # the script loads the page anew
    assert "Süre doldu" in client.get(READING).text


def test_without_a_reading_there_is_nothing_to_wait_for(client: Client) -> None:
    assert client.get(READING).headers["Location"] == START
    assert client.get(STATE).content == b""


def test_nobody_sees_another_persons_reading(client: Client) -> None:
    begun(client)
    other = signed_in(person(2, "Bora"), proof_age=None)
    assert other.get(READING).headers["Location"] == START
    assert other.get(STATE).content == b""


# --- the ends --------------------------------------------------------------------------------------------------


def handed_in(client: Client, office: Office, ada: Person, kind: str) -> None:
    got = claimed(client)
    chip_evidence_take(at=now(), token=got.token, evidence=evidence_of(office.card(ada, kind), got.challenge))


def test_a_genuine_card_leads_straight_on_to_the_second_step(client: Client, office: Office, ada: Person) -> None:
    handed_in(client, office, ada, "genuine")
    assert client.get(STATE).content == b""
    sent = client.get(READING)
    assert sent.headers["Location"] == reverse("factor_enrol")
    page = client.get(sent.headers["Location"])
    assert page.status_code == 200
    assert "Kimliğiniz kartınızın çipiyle doğrulandı" in page.text
    assert "İkinci adımınızı kurun" in client.get(STOP).text
    assert client.get(reverse("capacity")).headers["Location"] == STOP  # the register stays closed until then


def test_the_right_stays_in_the_browser_that_began_the_reading(client: Client, office: Office, ada: Person) -> None:
    handed_in(client, office, ada, "genuine")
    thief = signed_in(ada, proof_age=None)  # who knows the password, and waits
    assert thief.get(READING).headers["Location"] == STOP
    assert "İkinci adımınızı kurun" not in thief.get(STOP).text
    assert thief.get(reverse("factor_enrol")).headers["Location"] == STOP
    assert client.get(READING).headers["Location"] == reverse("factor_enrol")


def test_chip_only_leads_to_the_counter(client: Client, office: Office, ada: Person) -> None:
    handed_in(client, office, ada, "no_clone_check")
    page = client.get(READING).text
    assert "Kartınız okundu, ama tek başına yetmiyor" in page
    assert f'href="{reverse("application_new")}">Gişeye başvur</a>' in page
    assert client.get(reverse("factor_enrol")).headers["Location"] == STOP


def test_a_refused_card_says_why_and_what_helps(client: Client, office: Office, ada: Person) -> None:
    handed_in(client, office, ada, "clone")
    page = client.get(READING).text
    assert "Kart kabul edilmedi" in page
    assert "okunan kart bir kopya olabilir" in page
    assert "Bunu siz yapmadıysanız" in page
    begun(client)  # and one may try again


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_on_the_page(client: Client, reason: Reason) -> None:
    begun(client)
    level = "chip_only" if reason in {Reason.NO_CLONE_CHECK, Reason.ONLY_CHIP_AUTHENTICATION} else "refused"
    ChipSession.objects.update(state="done", verdict=level, reasons=[reason], consumed_at=now())
    page, words = client.get(READING).text, REASONS[reason]
    assert f"<strong>{words.wrong}</strong> {words.cure}" in page
    assert ("Gişeye başvur</a>" in page) == words.counter
    assert level != "chip_only" or words.counter


def test_no_reason_has_another_ones_words() -> None:
    assert set(REASONS) == set(Reason)
    assert len({str(words.wrong) for words in REASONS.values()}) == len(REASONS)


@pytest.mark.parametrize("why", list(GivenUp))
def test_a_reader_that_gave_up_is_explained(client: Client, why: GivenUp) -> None:
    chip_session_abandon(actor=READER, at=now(), token=claimed(client).token, why=why)
    page = client.get(READING).text
    assert "Kart okunamadı" in page
    assert f"<strong>{GIVEN_UP[why].wrong}</strong> {GIVEN_UP[why].cure}" in page
    assert "Yeni kod al" in page


def test_a_reason_that_is_not_known_here_breaks_nothing(client: Client) -> None:
    begun(client)
    ChipSession.objects.update(state="done", verdict="refused", reasons=["of_tomorrow"], consumed_at=now())
    assert "Kart kabul edilmedi" in client.get(READING).text


def test_an_old_reading_is_not_shown_any_more(client: Client) -> None:
    begun(client)
    ChipSession.objects.update(created_at=now() - timedelta(minutes=31), state="abandoned")
    assert client.get(READING).headers["Location"] == START


def test_a_proof_whose_right_is_over_does_not_turn_in_circles(client: Client, office: Office, ada: Person) -> None:
    from katip.identity.models import Enrolment

    handed_in(client, office, ada, "genuine")
    Enrolment.objects.update(used_at=now())
    assert client.get(READING).headers["Location"] == STOP
    assert client.get(STOP).status_code == 200


# --- what it costs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "statements"), [(STATE, 4), (READING, 4)])
def test_waiting_asks_little_of_the_database(client: Client, address: str, statements: int) -> None:
    for _ in range(5):  # readings of before cost nothing
        begun(client)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == statements, asked


def test_the_code_stands_nowhere_in_clear(client: Client) -> None:
    code = begun(client).replace("-", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        kept = str(cursor.fetchall())
    assert code not in kept
    assert code not in str(list(ChipSession.objects.values()))
