"""The operator's page: who opens it, and that it says what is wrong."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import katip
from katip.audit.services.backup_note import MADE, backup_note
from katip.core.actor import OPERATOR
from katip.core.facts import fact_put
from katip.core.jobs import job_defer
from katip.documents.seal.models import WaitingSeal
from katip.notices.models import Channel, ChannelRest
from katip.updates.models import Feed, FeedSource, FeedState
from katip.watch import register
from katip.watch.findings import LIMITS
from katip.watch.register import SWEEP
from katip.web.watch import views
from katip.web.watch.words import FINDINGS, JOBS, PLACES, WAITING, size_words, span_words
from tests.web.test_officials import in_office, official

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=3)

pytestmark = pytest.mark.django_db


def shown(language: str = "tr") -> str:
    client = in_office(official("operator"))
    client.cookies["django_language"] = language
    answer: Any = client.get(reverse("operation"))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def in_order() -> None:
    """An installation that lacks nothing."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp())")
    fact_put(SWEEP, "", now)
    backup_note(actor=OPERATOR, at=now, tag=MADE, detail={})


@pytest.mark.parametrize("role", ["inspector", "directorate", "counter", "supervisor"])
def test_other_offices_do_not_open_it(role: str) -> None:
    assert in_office(official(role)).get(reverse("operation")).status_code == 403


def test_it_says_that_all_is_well() -> None:
    in_order()
    words = shown()
    assert "Her şey yolunda." in words
    assert "docs/runbooks" not in words
    assert "Hata veren işler" not in words


def test_an_installation_that_nobody_works_for_is_told_of() -> None:
    words = shown()
    assert "Arka plan işlerini yapan süreç yok" in words
    assert "Günü gelen işler yapılmadı" in words
    assert "Yeni yedek yok" in words
    assert "docs/runbooks/backup-old.md" in words
    assert "Henüz SGK bildirimi gelmedi." in words


def test_what_fails_and_what_waits_too_long_is_named() -> None:
    in_order()
    with transaction.atomic():
        job_defer("documents_make")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 7, scheduled_at = %s RETURNING id", [LONG_AGO])
        (number,) = cursor.fetchone()
    WaitingSeal.objects.create(file_id=1, since=LONG_AGO)
    ChannelRest.objects.create(channel=Channel.EMAIL, failures=9, since=LONG_AGO, until=NOW, code="smtp_535")
    Feed.objects.create(source=FeedSource.FILE, name="ekim.csv", state=FeedState.REFUSED, begun_at=NOW)
    words = shown()
    for sentence in (
        "İşler birikiyor : Belgeler ve makbuzlar · 1 bekliyor · 3 gün oldu",
        "Hata veren iş var : Belgeler ve makbuzlar · 1",
        "Mühürler zaman damgası bekliyor",
        "Bir ileti yolu çalışmıyor : E-posta · 3 gün oldu",
        "smtp_535",
        "Son SGK bildirimi geri çevrildi",
        "ekim.csv",
        f"Belge yapımı iş {number}",
    ):
        assert sentence in words, sentence
    assert "Her şey yolunda." not in words


def test_a_standby_server_that_is_behind_is_told_as_the_house_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    in_order()
    seen = "SELECT 'node-2', 'streaming', 'async', CASE current_user WHEN %r THEN 31.0 END::float"
    monkeypatch.setattr(register, "_REPLICAS", seen % settings.KATIP_LOGINS.work)
    words = shown()
    assert "Yedek veritabanı sunucusu geride" in words
    assert "31,0 saniye geride" in words


def test_the_page_asks_no_more_where_more_is_wrong() -> None:
    client = in_office(official("operator"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("operation"))
        return len(queries)

    asked()
    before = asked()
    with transaction.atomic():
        job_defer("documents_make", times=30)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 7, scheduled_at = %s", [LONG_AGO])
    assert asked() == before <= 40


def test_each_finding_leads_to_where_it_is_shown_and_names_a_page_that_is_there() -> None:
    assert views._ANCHORS.keys() == FINDINGS.keys()
    template = (Path(katip.__file__).parent / "web/templates/operation.html").read_text("utf-8")
    assert all(f'<section id="{anchor}">' in template for anchor in views._ANCHORS.values())
    runbooks = Path(katip.__file__).parents[1] / "docs/runbooks"
    assert all((runbooks / f"{code}.md").is_file() for code in FINDINGS)
    page = in_office(official("operator")).get(reverse("operation")).text
    assert 'href="#kurulum">' in page


def test_everything_has_words() -> None:
    assert set(LIMITS) <= set(FINDINGS) | {"replica-behind"}
    assert {"documents", "month", "runs", "email", "sms", "kep", "notices", "hooks"} <= set(PLACES)
    assert JOBS
    assert WAITING


@pytest.mark.parametrize(
    ("ago", "words"),
    [(119, "iki dakikadan az"), (120, "2 dakika"), (7199, "119 dakika"), (7200, "2 saat"), (200_000, "2 gün")],
)
def test_spans_in_words(ago: int, words: str) -> None:
    assert span_words(NOW - timedelta(seconds=ago), NOW) == words


@pytest.mark.parametrize(
    ("size", "words"), [(10, "10 B"), (28_087_999, "28 MB"), (1_400_000_000, "1,4 GB"), (26 * 10**9, "26 GB")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
