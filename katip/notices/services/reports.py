"""What a mail server reports afterwards: delivered after all, or not (RFC 3464).

A report is believed where it bears the mark of a message of ours (`token_of`): in the address that it came to, where
the operator set a mailbox for reports, or in the Message-ID of what it gives back.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from hmac import compare_digest

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.notices.addresses import BOUNCE, fault_end, faults_keep
from katip.notices.channels.base import token_of
from katip.notices.models import Channel, Delivery, State

LARGEST = 10_000_000
"""bytes of one report"""
_TOKEN = re.compile(r"(?<!\d)(\d{1,18})-([0-9a-f]{16})(?![0-9a-f])")
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})")
_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_LARGEST_NUMBER = 2**63
_PARTS = 50


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: `action` as RFC 3464 names it, `status` as RFC 3463 does; about which delivery."""

    number: int
    action: str
    status: str

    @property
    def is_over(self) -> bool:
        """Whether the address itself takes nothing, now and later."""
        found = _STATUS.match(self.status)
        return found is not None and found[1] == "5" and ((found[2] == "1") or (found[2], found[3]) == ("2", "1"))


class ReportError(Exception):
    """No report about a message of ours. `code` says what is wrong in a word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def report_read(raw: bytes) -> Report:
    """What the e-mail says. Raises `ReportError`: `no_report`, `not_ours`, `too_large`."""
    if len(raw) > LARGEST:
        raise ReportError("too_large")
    mail = message_from_bytes(raw, policy=policy.compat32)
    parts = [part for part, _ in zip(mail.walk(), range(_PARTS), strict=False)]
    fields = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if fields is None:
        raise ReportError("no_report")
    number = _number(mail, parts)
    if number is None:
        raise ReportError("not_ours")
    for block in _blocks(fields):
        action = str(block.get("Action", "")).strip().lower()
        if action:
            return Report(number, action, str(block.get("Status", "")).strip()[:16])
    raise ReportError("no_report")


def _blocks(fields: Message) -> list[Message]:
    held = fields.get_payload()
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def _number(mail: Message | EmailMessage, parts: list[Message]) -> int | None:
    """The delivery that the report is about, by a mark that only this installation can make."""
    seen = [str(value) for name in _TO for value in mail.get_all(name, [])]
    for part in parts[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            seen.append(_message_id(message_from_bytes(content if isinstance(content, bytes) else b"")))
        elif part.get("Message-ID"):
            seen.append(_message_id(part))
    for text in seen:
        for found in _TOKEN.finditer(text):
            number = int(found[1])
            if number < _LARGEST_NUMBER and compare_digest(found[0], token_of(number)):
                return number
    return None


def _message_id(part: Message) -> str:
    return str(part.get("Message-ID", ""))


@use_case
def report_take(*, actor: Actor, at: datetime, report: Report) -> State | None:
    """Keep what a report says of its message, and of its address where that takes nothing; None: nothing new.

    A report of what still waits counts too: its sender may have died before it wrote down that it was sent.
    """
    if report.action not in {"failed", "delivered"}:
        return None  # delayed, relayed, expanded: not over yet
    rows = Delivery.objects.filter(
        pk=report.number, channel=Channel.EMAIL, state__in=(State.WAITING, State.SENT, State.DELIVERED)
    )
    row = rows.select_for_update().first()
    if row is None or (row.state, report.action) == (State.DELIVERED, "delivered"):
        return None
    # The rows of one digest left together, at one moment.
    told = [row]
    if row.digest_key:
        told = list(
            Delivery.objects.filter(
                channel=row.channel, address_key=row.address_key, digest_key=row.digest_key, state=row.state
            )
            .filter(sent_at=row.sent_at, pk__gte=row.pk)
            .select_for_update()
            .order_by("pk")[:2_000]
        )
    state = State.BOUNCED if report.action == "failed" else State.DELIVERED
    code = f"{BOUNCE}_{report.status}"[:24] if state is State.BOUNCED else ""
    Delivery.objects.filter(pk__in=[one.pk for one in told]).update(
        state=state, code=code, closed_at=at, address_sealed=b""
    )
    if state is State.DELIVERED:
        fault_end(row.channel, row.address_key, at)
    elif report.is_over:
        faults_keep(row.channel, [row.address_key], code, at)
    detail = {"kind": row.kind, "channel": row.channel, "code": code, "rows": len(told)}
    record(actor, at, Happening(f"notices:delivery:{state}", row.person_id, detail))
    return state
