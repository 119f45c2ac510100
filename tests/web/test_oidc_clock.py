"""A provider whose clock runs ahead makes no second step younger than it is."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from katip.identity.models import Person
from katip.identity.oidc.attempts import Attempt
from katip.identity.oidc.client import Recognised
from katip.web.oidc import views
from tests.identity.oidc.known import NOW, provider


def test_a_showing_is_never_later_than_now(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(views, "record_authentication", lambda *_, **more: kept.update(more))
    monkeypatch.setattr(views, "perform_login", lambda *_: None)
    strong, request = provider(acr=["iki-adim"], max_age=60), SimpleNamespace(at=datetime.fromtimestamp(NOW, UTC))
    views._come_in(request, strong, Attempt.begin(1, NOW), Person(), Recognised("ada", "", NOW + 25))
    assert (kept["auth_time"], kept["shown_at"]) == (NOW, NOW + 25)
