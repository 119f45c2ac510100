"""Senders beside the web server take messages out by themselves, and stop when they are told to."""

import threading
from typing import Any

import pytest
from django.utils import timezone

from katip.cli import sending as beside
from katip.cli.sending import sending
from katip.identity.models import NoticeKind
from katip.identity.telling import message_to
from katip.notices.models import Delivery, State
from tests.notices.postbox import postbox_open


@pytest.mark.django_db(transaction=True)
def test_what_is_told_leaves_by_itself(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "EVERY_SECONDS", 0.01)
    came = threading.Event()
    with postbox_open(settings) as box:
        box.taking = came.set
        with sending():
            message_to("kisi1@ornek.com.tr", timezone.now(), NoticeKind.FACTOR_ADDED)
            assert came.wait(10)
        assert not [one for one in threading.enumerate() if one.name.startswith("sender-")]
    assert Delivery.objects.get().state == State.SENT  # what was leaving at the end was settled


@pytest.mark.django_db(transaction=True)
def test_where_nothing_leaves_nobody_looks(settings: Any) -> None:
    assert settings.KATIP.smtp_url == ""
    with sending():
        assert not [one for one in threading.enumerate() if one.name.startswith("sender-")]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_waited_for(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(beside, "EVERY_SECONDS", 0.01)
    failed, came = threading.Event(), threading.Event()

    def away(*_: Any) -> bool:
        if not failed.is_set():
            failed.set()
            raise OSError("away")
        return True

    monkeypatch.setattr("katip.notices.engine.is_due", away)
    with postbox_open(settings) as box:
        box.taking = came.set
        message_to("kisi1@ornek.com.tr", timezone.now(), NoticeKind.FACTOR_ADDED)
        with sending():
            assert came.wait(10)
    assert failed.is_set()
    assert "Messages wait to be sent (away)." in caplog.text
