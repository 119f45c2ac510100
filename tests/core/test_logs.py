"""What may stand in the server's log, and what may not."""

import json
import logging
import re
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import resolve

from katip.core.logs import HIDDEN, REQUEST_ID, Masked, MaskedJson, masked

PERSONAL = [
    "10000000146",
    "100 000 001 46",
    "5551234567",
    "05551234567",
    "0555 123 45 67",
    "+90 555 123 45 67",
    "(0555) 123 4567",
    "0 (212) 555 12 34",
    "28559010112345670340125000",
    "2 8559 01 01 1234567 034 01-25 000",
    "TR330006100519786457841326",
    "ayse.yilmaz@ornek.com.tr",
]


@pytest.mark.parametrize("number", PERSONAL)
@pytest.mark.parametrize("around", ["{}", "Kişi {} bulunamadı.", "key=({})", '"{}"', "a,{},b"])
def test_personal_numbers_and_addresses_are_taken_out(around: str, number: str) -> None:
    told = masked(around.format(number))
    assert HIDDEN in told
    assert not re.search(r"\d{4,}|ayse|yilmaz", told)


@pytest.mark.parametrize(
    "words",
    [
        "2026-11-23 11:38:51,123 WARNING katip.jobs Again in 15.0 s.",
        "katip-worker 2026-11-23T11:38:51.123456+00:00",
        "The job documents_make {'run': 12345} did not end well.",
        "10.203.0.21:8080 process 4194304 version 15.14",
        "0051-the-queue 128 GB 1 234 567 satır",
        "f3a9c1de0b7c2d4e",
    ],
)
def test_moments_numbers_of_the_register_and_addresses_of_machines_stay(words: str) -> None:
    assert masked(words) == words


def test_passwords_of_servers_and_rows_that_a_database_quotes_are_taken_out() -> None:
    assert "secret" not in masked("postgresql://katip_app:secret@db1/katip is away")
    quoted = 'duplicate key\nDETAIL:  Key (name)=(Ayşe Yılmaz) already exists.\nCONTEXT:  COPY line 3: "Ayşe"\nend'
    told = masked(quoted)
    assert "Ayşe" not in told
    assert told.splitlines()[0] == "duplicate key"
    assert told.splitlines()[-1] == "end"


def record(words: str, *given: Any, **beside: Any) -> logging.LogRecord:
    made = logging.getLogger("katip.trial").makeRecord("katip.trial", logging.WARNING, "", 0, words, given, None)
    made.__dict__.update(beside)
    return made


def test_a_line_of_json_says_when_where_and_for_which_request() -> None:
    token = REQUEST_ID.set("4f2a7c1d")
    try:
        told = json.loads(MaskedJson().format(record("%s waits", 3, route="step", statements=12)))
    finally:
        REQUEST_ID.reset(token)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", told.pop("at"))
    assert told.pop("process") > 0
    assert told == {
        "level": "WARNING",
        "logger": "katip.trial",
        "message": "3 waits",
        "request": "4f2a7c1d",
        "route": "step",
        "statements": 12,
    }


def test_what_is_given_beside_is_masked_as_well() -> None:
    told = json.loads(
        MaskedJson().format(record("x", who="10000000146", number=10000000146, pair={"tel": "5551234567"}))
    )
    assert (told["who"], told["number"]) == (HIDDEN, HIDDEN)
    assert "555" not in told["pair"]


@pytest.mark.parametrize("formatter", [Masked, MaskedJson])
def test_a_traceback_is_masked(formatter: type[logging.Formatter]) -> None:
    words = "10000000146 is nobody\nDETAIL:  Failing row contains (Ayşe)."
    try:
        raise ValueError(words)  # noqa: TRY301 -- a traceback is wanted
    except ValueError as error:
        made = record("it broke")
        made.exc_info = (type(error), error, error.__traceback__)
    told = formatter().format(made)
    assert "Traceback" in told
    assert "10000000146" not in told
    assert "(Ayşe)" not in told


@pytest.mark.parametrize("formatter", [Masked, MaskedJson])
def test_a_route_is_named_and_what_was_typed_is_not_told(formatter: type[logging.Formatter]) -> None:
    request = RequestFactory().get("/sozlesmeler/7/", {"ara": "Ayşe"})
    request.resolver_match = resolve("/sozlesmeler/7/")
    told = formatter().format(record("%s: %s", "Internal Server Error", request.get_full_path(), request=request))
    assert "Internal Server Error: contract" in told
    assert "Ay" not in told
    nowhere = RequestFactory().get("/kisi/ayse/")
    nowhere.resolver_match = None
    assert "Not Found: no route" in formatter().format(record("Not Found: %s", nowhere.path, request=nowhere))
