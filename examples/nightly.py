r"""What a provider's own software does every night with Katip's API v1. Only the standard library is needed.

    KATIP_API_TOKEN=katip-api-… python3 nightly.py --base https://katip.example.org --list customers.csv \
        --documents ./documents --state ./nightly.json --offer

`customers.csv` is what the provider's own software believes, one line for each profession of each customer:

    sgk_number,code,professional_id,minutes
    22222010100000010160872000,103,17,240
    22222010100000010160872000,140,18,

`code` is 103 (safety specialist), 140 (workplace physician) or 177 (other health personnel); `minutes` a month may be
left empty: the legal minimum then. The script reads what waits, holds the list against the register, offers what is
missing (only with --offer), fetches documents that are new, and prints a report.

Killed at any moment and started again, it offers nothing twice: the key of an offer follows from what is offered.
Nothing is decided here: approving, accepting and ending take a person. Exit status: 0 all is well, 1 a person should
read the report, 2 the script could not do its work.
"""

import argparse
import csv
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

SECONDS = 30
TRIES = 5
PAGE = 200
NEARLY_OVER_DAYS = 30
WAITING = {"awaiting_professional", "awaiting_employer"}
RUNNING = {"active"}
CODES = {"103", "140", "177"}
COLUMNS = ("sgk_number", "code", "professional_id", "minutes")


class ApiError(Exception):
    """The API said no: `status`, its stable `code`, and the whole problem (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('title', '')}")
        self.status = status
        self.code = str(problem.get("code", ""))
        self.problem = problem


class UnreachableError(Exception):
    """The API did not answer, though it was asked several times."""


class _NoRedirect(HTTPRedirectHandler):
    """A token is never carried to another house."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Not followed."""


class Api:
    """The API with a token: reads pages, sends offers, waits where it is told to."""

    def __init__(self, base: str, token: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = base.rstrip("/") + "/api/v1"
        self._token = token
        self._sleep = sleep
        self._opener: OpenerDirector = build_opener(_NoRedirect)
        self.calls = 0

    def get(self, path: str, **query: Any) -> Any:
        """One answer, read from JSON. Raises `ApiError`, `UnreachableError`."""
        asked = f"{path}?{urlencode(query)}" if query else path
        return json.loads(self._call("GET", asked)[1])

    def file(self, path: str) -> bytes:
        """One file, whole. Raises as `get`."""
        return self._call("GET", path)[1]

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Everything in a list, page by page. Raises as `get`."""
        cursor = ""
        while True:
            page = self.get(path, limit=PAGE, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    def post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Have something made, once for `key`. Raises as `get`."""
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer: dict[str, Any] = json.loads(self._call("POST", path, content, headers)[1])
        return answer

    def _call(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Ask until there is an answer that asking again would not change. A POST has its key: repeating it is safe."""
        for attempt in range(1, TRIES + 1):
            self.calls += 1
            request = Request(  # noqa: S310 -- http or https: asked of `--base` at the start
                self._base + path,
                data=content,
                method=method,
                headers={"Authorization": f"Bearer {self._token}", "Accept-Language": "en", **(headers or {})},
            )
            try:
                with self._opener.open(request, timeout=SECONDS) as answer:
                    return answer.status, answer.read()
            except HTTPError as error:
                with error:
                    problem = _problem(error)
                if error.code not in {429, 503} or attempt == TRIES:
                    raise ApiError(error.code, problem) from error
                pause = _pause(error.headers.get("Retry-After", ""), attempt)
            except (URLError, OSError, HTTPException) as error:
                if attempt == TRIES:
                    raise UnreachableError(str(error)) from error
                pause = _pause("", attempt)
            self._sleep(pause)
        raise AssertionError("unreachable")


def _problem(error: HTTPError) -> dict[str, Any]:
    with suppress(ValueError, OSError):
        told = json.loads(error.read())
        if isinstance(told, dict):
            return told
    return {"title": "an answer that is not the API's"}


def _pause(retry_after: str, attempt: int) -> float:
    return float(min(int(retry_after), 120)) if retry_after.isascii() and retry_after.isdigit() else 2.0**attempt


# ------------------------------------------------------------------------------------------ own list


@dataclass(frozen=True)
class Wanted:
    """A line of the provider's own list."""

    line: int
    sgk_number: str
    code: int
    professional_id: int
    minutes: int | None

    @property
    def place(self) -> tuple[str, int, int]:
        """What a contract is found by."""
        return self.sgk_number, self.code, self.professional_id


def wanted_read(path: Path) -> list[Wanted]:
    """The list. Raises `ValueError` naming the line that cannot be read: half a list would lead to wrong offers."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path}: the first line must be {','.join(COLUMNS)}")
        found = [_wanted(number, row) for number, row in enumerate(rows, start=2)]
    times = Counter(one.place for one in found)
    for one in found:
        if times[one.place] > 1:
            raise ValueError(f"line {one.line}: twice in the list")
    return found


def _wanted(line: int, row: dict[str, str]) -> Wanted:
    sgk, code, person = (str(row[name] or "").strip() for name in COLUMNS[:3])
    minutes = str(row["minutes"] or "").strip()
    numbers_fit = all(text.isascii() and text.isdigit() for text in (sgk, person, minutes or "0"))
    if not numbers_fit or len(sgk) != 26 or code not in CODES:  # noqa: PLR2004 -- digits of an SGK number
        raise ValueError(f"line {line}: sgk_number has 26 digits, code is one of {', '.join(sorted(CODES))}")
    return Wanted(line, sgk, int(code), int(person), int(minutes) if minutes else None)


# ------------------------------------------------------------------------------------------ the work


@dataclass
class Report:
    """What is printed, section by section; `attention` counts what a person should look at."""

    lines: list[str] = field(default_factory=list)
    attention: int = 0

    def section(self, title: str, rows: Sequence[str], *, attention: bool = False) -> None:
        """A heading with its number, and the rows."""
        self.lines += ["", f"{title}: {len(rows)}", *(f"  {row}" for row in rows)]
        self.attention += len(rows) if attention else 0


def night(api: Api, wanted: Sequence[Wanted], *, offer: bool, documents: Path | None, state: Path | None) -> Report:
    """Do the night's work and tell of it. Raises `ApiError`, `UnreachableError`."""
    report = Report()
    token = api.get("/token")
    report.lines.append(f"{token['provider']['title']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    left = (datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)).days
    nearly_over = [f"in {left} days: make its successor at {token['name']!r}"] if left < NEARLY_OVER_DAYS else []
    report.section("The token expires soon", nearly_over, attention=True)
    waiting = list(api.pages("/waiting"))
    report.section(
        "Waits for us", [f"{_at(one)} until {one['due_on']}: {one['page']}" for one in waiting], attention=True
    )
    contracts = list(api.pages("/contracts"))
    by_age = sorted(contracts, key=lambda one: (one["state"] in WAITING | RUNNING, one["contract_id"]))
    newest = {_place(one): one for one in by_age}  # one that lives, if there is one
    _compare(report, wanted, newest)
    _offer(report, api, [one for one in wanted if _is_missing(newest.get(one.place))], newest, offer=offer)
    _law(report, api)
    _minutes(report, api)
    if documents is not None:
        _documents(report, api, contracts, documents, state)
    return report


def _compare(report: Report, wanted: Sequence[Wanted], newest: dict[tuple[str, int, int], dict[str, Any]]) -> None:
    """The own list against the register: what waits, what differs, what the list does not know."""
    known = {one.place for one in wanted}
    live = {place: one for place, one in newest.items() if one["state"] in WAITING | RUNNING}
    waits = [one for place, one in live.items() if place in known and one["state"] in WAITING]
    report.section("Offers that wait", [f"{_at(one)}: {one['state']} until {one['due_on']}" for one in waits])
    differs = [
        f"line {one.line}: {one.minutes} minutes, in the register {live[one.place]['minutes']} ({_at(live[one.place])})"
        for one in wanted
        if one.place in live and one.minutes not in {None, live[one.place]["minutes"]}
    ]
    report.section("Other minutes than in our list", differs, attention=True)
    strange = [f"{_at(one)}: {one['state']}, {one['page']}" for place, one in live.items() if place not in known]
    report.section("In the register, not in our list", strange, attention=True)


def _is_missing(newest: dict[str, Any] | None) -> bool:
    return newest is None or newest["state"] not in WAITING | RUNNING


def _offer(
    report: Report,
    api: Api,
    missing: Sequence[Wanted],
    newest: dict[tuple[str, int, int], dict[str, Any]],
    *,
    offer: bool,
) -> None:
    """Offer what the list has and the register has not. What somebody rejected is left to a person."""
    offered, refused, left = [], [], []
    for one in missing:
        before = newest.get(one.place)
        name = f"line {one.line}: {one.sgk_number}, {one.code}"
        if before is not None and before["state"] not in {"lapsed", "ended"}:
            left.append(f"{name}: {before['state']}, {before['page']}")
        elif not offer:
            left.append(f"{name}: would be offered with --offer")
        else:
            try:
                made = api.post("/offers", _body(one), _key(one, before))
            except ApiError as error:
                if error.code != "refused":
                    raise
                refused.append(f"{name}: {error.problem.get('refusal')} {json.dumps(error.problem.get('facts', {}))}")
            else:
                offered.append(f"{name}: {made['minutes']} minutes, {made['page']}")
    report.section("Offered now", offered)
    report.section("Refused by the register or the law", refused, attention=True)
    report.section("Missing, and not offered", left, attention=True)


def _body(one: Wanted) -> dict[str, Any]:
    return {
        "code": one.code,
        "sgk_number": one.sgk_number,
        "professional_id": one.professional_id,
        "minutes": one.minutes,
    }


def _key(one: Wanted, before: dict[str, Any] | None) -> str:
    """The same for the same offer, however often the script runs; another one once that offer has come to its end."""
    basis = json.dumps([_body(one), before["contract_id"] if before else 0], sort_keys=True)
    return "nightly-" + hashlib.sha256(basis.encode()).hexdigest()[:48]


def _law(report: Report, api: Api) -> None:
    """Workplaces whose contracts are less than the law asks for."""
    short = [
        f"{workplace['workplace']['title']}: {one['profession']}, {_required(one)}"
        for workplace in api.pages("/compliance", short="true")
        for one in workplace["professions"]
        if one["verdict"] == "short"
    ]
    report.section("Less than the law asks", short, attention=True)


def _required(judged: dict[str, Any]) -> str:
    required = judged["requirement"]["minutes"] if judged["requirement"] else "unknown"
    return f"{judged['missing_minutes']} of {required} minutes a month are missing"


def _minutes(report: Report, api: Api) -> None:
    """How much each professional can still take on; names stay in the register."""
    people = [(one["professional_id"], one["minutes"]["free"]) for one in api.pages("/professionals")]
    report.section("Free minutes a month", [f"professional {no}: {free}" for no, free in people])
    report.section(
        "Promised too much", [f"professional {no}: {free}" for no, free in people if free < 0], attention=True
    )


def _documents(report: Report, api: Api, contracts: Sequence[dict[str, Any]], folder: Path, state: Path | None) -> None:
    """Fetch what is new. A contract is asked about again only when something about it has changed since."""
    folder.mkdir(parents=True, exist_ok=True)
    seen: dict[str, str] = json.loads(state.read_text("utf-8")) if state is not None and state.exists() else {}
    fetched, later = [], []
    for contract in contracts:
        number = str(contract["contract_id"])
        mark = hashlib.sha256(json.dumps(contract, sort_keys=True).encode()).hexdigest()
        if contract["active_from"] is None or seen.get(number) == mark:
            continue
        listed = api.get(f"/contracts/{quote(number)}/documents")["items"]
        for document in listed:
            path = folder / f"contract-{number}-{document['occasion']}-{document['version_no']}.pdf"
            if document["state"] != "made":
                later.append(f"{path.name}: not made yet")
            elif not path.exists():
                _write(path, api.file(f"/documents/{document['document_id']}/file"))
                fetched.append(path.name)
        if all(document["state"] == "made" for document in listed):
            seen[number] = mark
            if state is not None:
                _write(state, json.dumps(seen).encode())
    report.section("Documents fetched", fetched)
    report.section("Documents for the next night", later)


def _write(path: Path, content: bytes) -> None:
    """The whole file appears at once: half of one is never taken for a document."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)


def _place(contract: dict[str, Any]) -> tuple[str, int, int]:
    return contract["workplace"]["sgk_number"], contract["code"], contract["professional"]["professional_id"]


def _at(one: dict[str, Any]) -> str:
    where = one["workplace"]["title"] if one["workplace"] else "no workplace"
    return f"{where}, {one['code']}"


def main() -> int:
    """Read the arguments, do the night's work, print the report."""
    asked = argparse.ArgumentParser(description="Hold a provider's own list against Katip's register.")
    asked.add_argument("--base", required=True, help="address of the installation, https://…")
    asked.add_argument("--list", required=True, type=Path, dest="wanted", help="the own list (CSV)")
    asked.add_argument("--documents", type=Path, help="folder for new documents")
    asked.add_argument("--state", type=Path, help="file that remembers which contracts were looked at")
    asked.add_argument("--offer", action="store_true", help="offer what is missing")
    given = asked.parse_args()
    token = os.environ.get("KATIP_API_TOKEN", "")
    where = urlsplit(given.base)
    safe = where.scheme == "https" or (where.scheme == "http" and where.hostname in {"localhost", "127.0.0.1"})
    if not token or not safe:
        print("Set KATIP_API_TOKEN, and name the installation by https://…", file=sys.stderr)
        return 2
    try:
        wanted = wanted_read(given.wanted)
        report = night(Api(given.base, token), wanted, offer=given.offer, documents=given.documents, state=given.state)
    except (ApiError, UnreachableError, ValueError, OSError) as error:
        print(f"The night's work was not done: {error}", file=sys.stderr)
        return 2
    print("\n".join(report.lines))
    return 1 if report.attention else 0


if __name__ == "__main__":
    sys.exit(main())
