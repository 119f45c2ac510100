"""A feed that comes in parts: opened, each part kept as it came, taken as one when it is closed.

Parts may come in any order and again. Nothing of them changes the register before the feed is closed.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import KatipError
from katip.core.imports.faults import FileFaultError
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.updates.feed.cells import Block, Known, block_read
from katip.updates.feed.columns import month_no
from katip.updates.feed.faults import Aside, Faults
from katip.updates.feed.register import codes_read
from katip.updates.feed.sources import HeaderError, text_blocks
from katip.updates.models import Feed, FeedPart, FeedSource, FeedState
from katip.updates.services.feed_take import LARGE, Delivery, FeedResult, delivery_take

LAST_PART = 9_999
FAULTS_SHOWN = 20
_OPEN_AT_MOST = 20
"""feeds of one key that may stand open"""
_FORGOTTEN = timedelta(days=1)
"""after so long an open feed stands in nobody's way: one of which no part was fit to be kept cannot be closed"""
_NAME = 200
_LEVEL = 1
"""of compression: a part is a tenth of its size at once, and waits a few minutes"""


class FeedError(KatipError):
    """What was sent is not taken.

    `code`: `unknown_feed`, `not_open`, `too_many_open`, `other_content`, `no_parts`, `part_number`, `not_utf8`, or what
    is wrong with the header (`no_header`, `no_lines`, `unknown_column`, `missing_column`, …); `column` names it then.
    """

    def __init__(self, code: str, column: str = "") -> None:
        super().__init__(code, column)
        self.code = code
        self.column = column


@dataclass(frozen=True, slots=True)
class PartTaken:
    """A part that is kept. `bad` lines have faults of their own, `shown` the first of them.

    What the register has to say of the others is asked when the feed is closed. `is_new` is False where the same part
    was kept before.
    """

    rows: int
    bad: int
    shown: tuple[Aside, ...] = ()
    is_new: bool = True


@use_case
def feed_open(*, actor: Actor, at: datetime, key_id: int, name: str) -> Feed:
    """Open a feed for the parts that follow. Raises `FeedError` `too_many_open`."""
    require_operator(actor)
    lately = Feed.objects.filter(key_id=key_id, state=FeedState.OPEN, begun_at__gt=at - _FORGOTTEN)
    if lately[:_OPEN_AT_MOST].count() == _OPEN_AT_MOST:
        raise FeedError("too_many_open")
    feed = Feed.objects.create(source=FeedSource.API, name=name[:_NAME], key_id=key_id, begun_at=at)
    record(actor, at, Happening("updates:feed:opened", feed.pk, {"key": key_id}))
    return feed


def part_take(*, actor: Actor, at: datetime, key_id: int, feed_id: int, no: int, content: bytes) -> PartTaken:
    """Keep a part: text with a header of its own. Raises `FeedError`.

    The same number with the same content is kept once; with another content it is refused (`other_content`).
    """
    if not 1 <= no <= LAST_PART:
        raise FeedError("part_number")
    find_feed(key_id, feed_id)
    read = _read(content, no, at)
    part = FeedPart(
        feed_id=feed_id,
        no=no,
        content_hash=hashlib.sha256(content).hexdigest(),
        rows=read.rows,
        bad=read.bad,
        content=zlib.compress(content, _LEVEL),
        at=at,
    )
    is_new: bool = _keep(actor=actor, at=at, key_id=key_id, part=part)
    return read if is_new else PartTaken(read.rows, read.bad, read.shown, is_new=False)


@use_case
def _keep(*, actor: Actor, at: datetime, key_id: int, part: FeedPart) -> bool:  # noqa: ARG001 -- a use case is told when
    require_operator(actor)
    feed = find_feed(key_id, part.feed_id, lock=True)
    kept = FeedPart.objects.filter(feed=feed, no=part.no).values_list("content_hash", flat=True).first()
    if kept is not None:
        if kept != part.content_hash:
            raise FeedError("other_content")
        return False
    if feed.state != FeedState.OPEN:
        raise FeedError("not_open")
    part.save(force_insert=True)
    return True


def feed_close(*, actor: Actor, at: datetime, key_id: int, feed_id: int) -> FeedResult:
    """Take all parts as one feed, as a file would be. Closing again tells the same. Raises `FeedError`."""
    feed = find_feed(key_id, feed_id)
    if feed.state != FeedState.OPEN:
        return result_of(feed)
    try:
        result: FeedResult = delivery_take(actor=actor, at=at, delivery=parts_delivery(feed, key_id))
    except FeedError as error:
        if error.code != "not_open":
            raise
        return result_of(find_feed(key_id, feed_id))  # another call was faster
    return result


def parts_delivery(feed: Feed, key_id: int) -> Delivery:
    """All parts of an open feed as one delivery, as a file would be. Asked for its content it raises `FeedError`."""

    def content_hash() -> str:
        open_feed = find_feed(key_id, feed.pk, lock=True)
        if open_feed.state != FeedState.OPEN:
            raise FeedError("not_open")
        parts = FeedPart.objects.filter(feed=feed).order_by("no").values_list("content_hash", flat=True)
        if not parts:
            raise FeedError("no_parts")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    return Delivery(
        source=FeedSource.API,
        name=feed.name,
        content_hash=content_hash,
        blocks=lambda: _blocks(feed.pk),
        large=sum(FeedPart.objects.filter(feed=feed).values_list("rows", flat=True)) >= LARGE // 50,
        feed_id=feed.pk,
    )


def result_of(feed: Feed) -> FeedResult:
    """What a feed came to, as its row tells it."""
    return FeedResult(feed.pk, feed.state, feed.rows, feed.bad, feed.changed)


def find_feed(key_id: int, feed_id: int, *, lock: bool = False) -> Feed:
    """A feed of this sender. Raises `FeedError` `unknown_feed`, also for another's."""
    feeds = Feed.objects.select_for_update(no_key=True) if lock else Feed.objects
    feed = feeds.filter(pk=feed_id, key_id=key_id, source=FeedSource.API).first()
    if feed is None:
        raise FeedError("unknown_feed")
    return feed


def _blocks(feed_id: int) -> Iterator[Block]:
    """All lines. The parts are fetched here, compressed; reading them asks nothing of the database."""
    kept = list(FeedPart.objects.filter(feed_id=feed_id).order_by("no").values_list("no", "content"))
    parts = ((no, zlib.decompress(content or b"")) for no, content in kept)
    return (block for no, content in parts for block in text_blocks(iter([content]), part=no))


def _read(content: bytes, no: int, at: datetime) -> PartTaken:
    """What a part's lines come to, the register apart."""
    try:
        content.decode()
    except UnicodeDecodeError:
        raise FeedError("not_utf8") from None
    codes = codes_read()
    known = Known(month_no(day_of(at)), {code: number for number, code in enumerate(codes)})
    rows = 0
    with Faults() as faults:
        try:
            for block in text_blocks(iter([content]), part=no):
                rows += block_read(block, known, faults)[1]
        except HeaderError as error:
            raise FeedError(error.faults[0].code, error.faults[0].name) from None
        except FileFaultError as error:
            raise FeedError(error.code) from None
        shown = tuple(one for _, one in zip(range(FAULTS_SHOWN), faults.all(), strict=False))
        return PartTaken(rows, faults.lines, shown)
