"""The calls: open a feed, send its parts, close it, and ask what became of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from katip.api.access import calls
from katip.api.bodies import BodyError, body_read, text_of
from katip.api.feed.guard import error, sender
from katip.core.actor import OPERATOR
from katip.core.usecase import acting_as
from katip.updates.feed.faults import Aside
from katip.updates.models import FeedState
from katip.updates.selectors_feed import FAULTS_SHOWN, faults_of, parts_of
from katip.updates.services.feed_judge import feed_judge
from katip.updates.services.feed_parts import feed_close, feed_open, find_feed, part_take
from katip.updates.services.feed_rehearse import parts_rehearse
from katip.updates.services.feed_take import FeedResult

MOST = 8 << 20
"""bytes of a part"""
_SMALL = 1 << 12
_NAME = 200
_JUDGED = 2_000
"""workplaces that a call waits for to be judged; more are left to the month and the daily sweep"""
_LAST_ID = 2**63 - 1
_TOLD = (
    *("workplaces_changed", "amended", "asked", "provider", "person", "ended", "missing"),
    *("capacity_conflicts", "minutes_before", "minutes_after"),
)
"""what a dry run tells of the month: counts of workplaces, contracts and professions, and minutes a month"""


@sender
def _open(request: Any) -> HttpResponse:
    body = body_read(request, most=_SMALL, fields={"name"})
    feed = feed_open(
        actor=OPERATOR, at=request.at, key_id=request.key.pk, name=text_of(body["name"], most=_NAME).replace("\x00", "")
    )
    return JsonResponse({"feed": feed.pk}, status=201)


@sender
def _state(request: Any, no: int) -> HttpResponse:
    with acting_as(OPERATOR):  # as whom the sender's calls act: their key is the operator's
        feed = find_feed(request.key.pk, _number(no))
        parts, rows = parts_of(feed.pk)
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in feed.periods]
    return JsonResponse(
        {
            "feed": feed.pk,
            "name": feed.name,
            "state": feed.state,
            "parts": parts,
            "rows": feed.rows if feed.state != FeedState.OPEN else rows,
            "bad": feed.bad,
            "changed": feed.changed,
            "months": months,
        }
    )


@sender
def _part(request: Any, no: int, part: int) -> HttpResponse:
    if request.content_type != "text/csv":
        return error("not_csv")
    content = _content(request)
    taken = part_take(
        actor=OPERATOR, at=request.at, key_id=request.key.pk, feed_id=_number(no), no=part, content=content
    )
    body = {"part": part, "rows": taken.rows, "bad": taken.bad, "faults": [_fault(one) for one in taken.shown]}
    return JsonResponse(body, status=201 if taken.is_new else 200)


@sender
def _close(request: Any, no: int) -> HttpResponse:
    result: FeedResult = feed_close(actor=OPERATOR, at=request.at, key_id=request.key.pk, feed_id=_number(no))
    if result.changed and not result.known:
        feed_judge(at=request.at, feed_id=result.feed_id, most=_JUDGED)
    return JsonResponse(
        {
            "feed": no,
            "state": "known" if result.known else result.state,
            "rows": result.rows,
            "bad": result.bad,
            "changed": result.changed,
        }
    )


@sender
def _rehearse(request: Any, no: int) -> HttpResponse:
    """What closing now, and carrying the month out, would do; the feed stays open and nothing of it is kept."""
    found = parts_rehearse(actor=OPERATOR, at=request.at, key_id=request.key.pk, feed_id=_number(no))
    told = found.feed
    return JsonResponse(
        {
            "feed": no,
            "state": "known" if told.known else told.state,
            "rows": told.rows,
            "bad": told.bad,
            "changed": told.changed,
            "month": f"{found.period:%Y-%m}" if found.period else None,
            "would": {name: found.summary[name] for name in _TOLD} if found.summary else None,
        }
    )


@sender
def _faults(request: Any, no: int) -> HttpResponse:
    """In the order of lines, from `after` on."""
    with acting_as(OPERATOR):
        feed = find_feed(request.key.pk, _number(no))
        found = list(faults_of(feed.pk, _after(request.GET.get("after", "0"))))
    listed = [
        {"part": one.part, "line": one.line, "column": one.column, "value": one.value, "reason": one.code}
        for one in found
    ]
    following = found[-1].pk if len(found) == FAULTS_SHOWN else None
    return JsonResponse({"faults": listed, "next": following})


feeds = calls(POST=_open)
feed = calls(GET=_state)
rehearsal = calls(POST=_rehearse)
part = calls(PUT=_part)
close = calls(POST=_close)
faults = calls(GET=_faults)


def _number(no: int) -> int:
    """What the database can hold; a feed of a greater number is unknown to it as well."""
    return min(no, _LAST_ID)


def _after(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(_LAST_ID))):
        raise BodyError("malformed")
    return int(text)


def _content(request: HttpRequest) -> bytes:
    """The body, of at most so many bytes; what is declared larger is not read."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not (declared.isascii() and declared.isdecimal()):
        raise BodyError("malformed")
    if len(declared) > len(str(MOST)) or int(declared) > MOST:
        raise BodyError("too_large")
    content = request.read(MOST)  # not `request.body`, which is bounded for forms
    if len(content) != int(declared):
        raise BodyError("malformed")
    return bytes(content)


def _fault(one: Aside) -> dict[str, Any]:
    return {"line": one.line, "column": one.column, "value": one.value[:120], "reason": one.code}
