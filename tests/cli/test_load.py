"""The parts of the bench under load that need neither a country nor time."""

import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import pytest

from katip.cli.bench.load_client import LOST, Account, Answer, Visitor, code_now
from katip.cli.bench.load_pace import People, Seen, come, moments, shares, sources
from katip.cli.bench.load_world import accounts_read, accounts_write

SOMEBODY = Account("10000000146", "bir şifre", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", ((7, 3), (8, 3)))


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")])
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    assert code_now(SOMEBODY.secret, at) == code


def test_accounts_are_read_as_they_were_written(tmp_path: Path) -> None:
    accounts_write(tmp_path / "a.json", [SOMEBODY])

    assert accounts_read(tmp_path / "a.json") == [SOMEBODY]


def test_visitors_come_at_the_pace_asked_for_and_the_same_again() -> None:
    found, again = (moments(50, 200, random.Random(7)) for _ in range(2))  # noqa: S311 -- nothing secret

    assert found == again == sorted(found)
    assert found[0] > 0
    assert found[-1] < 200
    assert abs(len(found) - 10_000) < 400


def test_everybody_comes_from_an_address_of_their_own() -> None:
    found = list(islice(sources(), 130_000))

    assert len(set(found)) == len(found)
    assert all(part.isdigit() and int(part) < 256 for one in found[-3:] for part in one.split("."))
    assert {one.split(".")[0] for one in found} == {"127"}


def test_people_come_once_each() -> None:
    people = People([SOMEBODY, SOMEBODY])

    assert len(people.take(2)) == 2
    with pytest.raises(ValueError, match="more people"):
        people.take(1)


def test_what_is_done_late_is_charged_from_its_moment() -> None:
    waited = list[float]()

    lasted = come([(0.0, waited.append), (0.02, waited.append)])

    assert round(waited[1] - waited[0], 3) == 0.02
    assert lasted >= 0.02


def test_costs_and_percentiles_are_told_by_page() -> None:
    seen = Seen()
    for number in range(1, 101):
        told = {"server-timing": f"cpu;dur={number}.00, db;dur=2.50, statements;dur=9.00"}
        seen.take(Answer("step", 200, number / 1000, 0.0, ok=True, body="a page", told=told))
    seen.take(Answer("approve", 422, 0.1, 0.0, ok=False))

    assert seen.cost("step", "cpu") == 50.0
    assert seen.cost("step", "statements") == 9.0
    assert shares(seen.seconds("step")) == {"p50": 50.0, "p99": 99.0, "p999": 100.0}
    assert seen.wrong == ["approve: 422 "]
    assert not seen.answers[0].body


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    posted: str = ""

    def do_GET(self) -> None:
        page = (
            b'<input type="hidden" name="csrfmiddlewaretoken" value="t"><input type="hidden" name="version" value="2">'
        )
        self.send_response(200)
        self.send_header("Set-Cookie", "csrftoken=c; Path=/")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def do_POST(self) -> None:
        type(self).posted = f"{self.headers['Cookie']} {self.rfile.read(int(self.headers['Content-Length'])).decode()}"
        if self.path.startswith("/surecler/9/"):
            self.close_connection = True  # no answer at all
            return
        self.send_response(302)
        self.send_header("Location", "/surecler/7/sonuc/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_visitor_sends_the_form_that_was_shown_with_the_cookies_that_were_given(origin: str) -> None:
    seen = Seen()
    visitor = Visitor(origin, SOMEBODY, seen.take, source="127.9.8.7", cookies={"sessionid": "s"})

    assert visitor.step(7).ok
    assert visitor.approve(7).ok
    visitor.close()

    assert _Pages.posted == "sessionid=s; csrftoken=c csrfmiddlewaretoken=t&version=2&read=on"
    assert [one.name for one in seen.answers] == ["step", "approve"]


def test_an_approval_without_an_answer_is_lost_and_not_sent_again(origin: str) -> None:
    visitor = Visitor(origin, SOMEBODY)
    visitor.step(9)

    answer = visitor.approve(9)
    visitor.close()

    assert answer.lost
    assert (answer.status, answer.ok) == (LOST, False)
