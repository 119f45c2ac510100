"""The floor of an approval over HTTP: an endpoint that does what cannot be left out, and nothing else.

A bare ASGI application, served by granian as the pages are. For each request it looks the session up, compares the
CSRF token with its cookie, and makes the same writes as the product's approval in one statement.
"""

import os
from typing import Any
from urllib.parse import parse_qs

import psycopg
from psycopg_pool import AsyncConnectionPool

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"
_APPROVE = """
WITH process AS (
    UPDATE processes_process SET version = version + 1, state = 'completed', waits_for = '', waits_for_person_id = NULL,
        due_on = NULL, closed_at = now(), waiting_since = now()
    WHERE id = %(process)s AND version = %(version)s AND terms_hash = %(terms_hash)s AND state = 'open'
    RETURNING id, workplace_id
), decision AS (
    INSERT INTO processes_decision (step_id, outcome, reason, person_id, capacity, decided_at, terms_hash, text_version,
                                    proof_method, proof_at)
    SELECT %(step)s, 'approved', '', %(person)s, 'workplace', now(), %(terms_hash)s, 'hizmet-onayi/1', 'totp', now()
    FROM process
), contract AS (
    UPDATE contracts_contract SET state = 'active', active_from = now(), fit = 'fit'
    FROM process WHERE contracts_contract.process_id = process.id RETURNING contracts_contract.*
), version AS (
    INSERT INTO contracts_contractversion (contract_id, no, basis, process_id, valid_from, minutes, assignment_type,
                                           employees, hazard_class, required_minutes, agreed_minutes, recorded_at)
    SELECT id, 1, 'approved', process_id, now(), minutes, assignment_type, 2, 'hazardous', minutes, 0, now()
    FROM contract
), act AS (
    INSERT INTO contracts_contractact (contract_id, action, role, person_id, at, state_from, state_to, reason, detail)
    SELECT id, 'approve', 'employer', %(person)s, now(), 'awaiting_employer', 'active', '', '{}' FROM contract
), document AS (
    INSERT INTO documents_document (contract_id, occasion, version_no, code, at, state, urgency, due_at, attempts,
                                    fault, statement)
    SELECT id, 'active', 1, %(code)s, now(), 'waiting', 1, now(), 0, '', '' FROM contract
), event AS (
    INSERT INTO audit_event (at, tag, actor_id, capacity, organisation_id, subject_id, detail_hash)
    SELECT now(), 'process:step:approved', %(person)s, 'workplace', workplace_id, id, %(hash)s FROM process RETURNING id
)
INSERT INTO audit_eventdetail (event_id, salt, body) SELECT id, %(salt)s, '{"code": 103}' FROM event RETURNING event_id
"""


class Floor:
    """The application: one pool of connections for each process."""

    def __init__(self, conninfo: str, connections: int) -> None:
        self._conninfo, self._connections = conninfo, connections
        self._pool: AsyncConnectionPool | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._lifespan(receive, send)
            return
        status = await self._answer(scope, receive) if scope["method"] == "POST" else 200
        headers = [(b"location", b"/sonuc/"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _answer(self, scope: dict[str, Any], receive: Any) -> int:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        given = next((value for name, value in scope["headers"] if name == b"cookie"), b"").decode()
        cookies = dict(part.split("=", 1) for part in given.split("; ") if "=" in part)
        if not form.get("csrfmiddlewaretoken") or form["csrfmiddlewaretoken"] != cookies.get("csrftoken"):
            return 403
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                self._conninfo, min_size=self._connections, max_size=self._connections, open=False
            )
            await self._pool.open(wait=True)
        async with self._pool.connection() as connection:
            session = await (await connection.execute(_SESSION, [cookies.get("sessionid", "")])).fetchone()
            if session is None:
                return 401
            salt = os.urandom(16)
            asked = {
                "process": int(scope["path"].split("/")[2]),
                "version": int(form["version"]),
                "terms_hash": form["terms_hash"],
                "step": int(form["step"]),
                "person": int(form["person"]),
                "code": os.urandom(10).hex(),
                "salt": salt,
                "hash": salt + salt,
            }
            try:
                approved = await (await connection.execute(_APPROVE, asked)).fetchone()
            except psycopg.Error:
                return 500
        return 302 if approved else 409


app = Floor(os.environ.get("KATIP_BENCH_DSN", ""), 4)
