"""`feed_take`: bring the register to what a month's feed says, and record it; see docs/feed.md."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.imports import Fault, ImportFailedError, ImportRunningError
from katip.core.imports.faults import FileFaultError, errors_file, errors_path_of, reason
from katip.core.imports.reader import Progress
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.registry.models import ImportRun
from katip.updates.feed.cells import Block, Known
from katip.updates.feed.columns import KIND, REASONS, month_day, month_no
from katip.updates.feed.faults import Faults
from katip.updates.feed.intake import intake
from katip.updates.feed.merge import merge
from katip.updates.feed.register import codes_read, told_read
from katip.updates.feed.sources import HeaderError, content_hash, file_blocks
from katip.updates.feed.write import faults_write, merged_write
from katip.updates.models import Feed, FeedPart, FeedSource, FeedState

LARGE = 4 << 20
"""bytes from which on the register is read while the lines are"""
LEAST_BAD = 100
"""lines that may always be wrong"""


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What became of a feed. `rows` are its lines, `bad` those set aside; `changed` counts workplaces.

    `state` is `taken` or `refused`; `known` says that the same content had been taken before, as the feed named, and
    that nothing was done now. `inserted` and `updated` count rows of figures, `moved` workplaces with another activity.
    """

    feed_id: int
    state: str
    rows: int = 0
    bad: int = 0
    changed: int = 0
    inserted: int = 0
    updated: int = 0
    moved: int = 0
    known: bool = False
    periods: tuple[date, ...] = ()
    faults: int = 0
    shown: tuple[Fault, ...] = ()
    errors_path: Path | None = None
    unwritable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is to be taken. `content_hash` and then `blocks` are asked for in the transaction that takes it.

    The blocks are read beside it: what they need of the database must be fetched when they are asked for.
    """

    source: FeedSource
    name: str
    content_hash: Callable[[], str]
    blocks: Callable[[], Iterable[Block]]
    large: bool
    feed_id: int | None = None
    """the feed that stands open already"""
    tell: Callable[[Faults], "Told"] = field(default=lambda faults: Told(sum(1 for _ in faults.all())))


@dataclass(frozen=True, slots=True)
class Told:
    """How the faults were told to who sent the feed."""

    count: int
    shown: tuple[Fault, ...] = ()
    errors_path: Path | None = None
    unwritable: str = ""


def feed_take(
    *,
    actor: Actor,
    at: datetime,
    path: Path,
    progress: Progress | None = None,
    bad_limit: int | None = None,
    limit: int = 20,
) -> FeedResult:
    """Take a file, text or Parquet. The result holds the first `limit` faults, `.errors.csv` beside the file all.

    `bad_limit` is how many lines may be wrong; without it the installation's share of them, and at least 100. Raises
    `ImportFailedError` where the file cannot be read at all, `ImportRunningError` while another feed is being taken,
    `PermissionRefusedError` for anybody but the operator.
    """
    require_operator(actor)
    delivery = file_delivery(path, progress, limit)
    with told_of_file(path, limit):
        result: FeedResult = delivery_take(actor=actor, at=at, delivery=delivery, bad_limit=bad_limit)
    if not result.faults and not result.known:
        errors_path_of(path).unlink(missing_ok=True)
    return result


def file_delivery(path: Path, progress: Progress | None, limit: int) -> Delivery:
    """The file as a delivery, whose faults are told beside it."""

    def tell(faults: Faults) -> Told:
        return _tell_beside(path, (one.fault() for one in faults.all()), limit)

    return Delivery(
        source=FeedSource.FILE,
        name=path.name,
        content_hash=lambda: content_hash(path),
        blocks=lambda: file_blocks(path, progress),
        large=path.stat().st_size >= LARGE,
        tell=tell,
    )


@contextmanager
def told_of_file(path: Path, limit: int) -> Iterator[None]:
    """Turn what makes a file unreadable into `ImportFailedError`, told beside the file."""
    try:
        yield
    except HeaderError as error:
        found = [
            Fault(error.line, one.name, "", one.code, reason(REASONS, one.code, one.facts)) for one in error.faults
        ]
        raise _unreadable(path, found, limit) from None
    except FileFaultError as error:
        found = [Fault(error.line, "", "", error.code, reason(REASONS, error.code, {}))]
        raise _unreadable(path, found, limit) from None


@use_case
def delivery_take(*, actor: Actor, at: datetime, delivery: Delivery, bad_limit: int | None = None) -> FeedResult:
    """Take what was delivered, by whichever way, in one transaction. Raises as `feed_take`, or what the blocks do."""
    return delivery_take_within(actor, at, delivery, bad_limit)


def delivery_take_within(actor: Actor, at: datetime, delivery: Delivery, bad_limit: int | None) -> FeedResult:
    """`delivery_take` as a part of the calling use case."""
    require_operator(actor)
    _take_turn()
    digest = delivery.content_hash()
    known = Feed.objects.filter(state=FeedState.TAKEN, content_hash=digest).first()
    if known is not None:
        if delivery.feed_id is not None:
            _drop(delivery.feed_id, digest, at)
        return FeedResult(known.pk, FeedState.TAKEN, known.rows, known.bad, known=True)
    codes = codes_read()
    against = Known(month_no(day_of(at)), {code: number for number, code in enumerate(codes)})
    with Faults() as faults:
        told = told_read()
        found = intake(delivery.blocks(), against, codes, told, faults, large=delivery.large)
        result = FeedResult(0, FeedState.TAKEN, found.rows, faults.lines)
        feed = _feed(delivery, digest, at)
        if faults.lines > allowed(found.rows, bad_limit) or not found.good:
            result = replace(result, state=FeedState.REFUSED)
        else:
            merged = merge(found.lines, found.figures, found.now, told)
            merged_write(merged, feed.pk, codes)
            result = replace(
                result,
                changed=merged.workplaces,
                inserted=merged.added.height,
                updated=merged.changed.height,
                moved=merged.moved.height,
                periods=tuple(month_day(number) for number in found.months),
            )
        if faults.lines:
            faults_write(feed.pk, faults.all())
            heard = delivery.tell(faults)
            result = replace(
                result,
                faults=heard.count,
                shown=heard.shown,
                errors_path=heard.errors_path,
                unwritable=heard.unwritable,
            )
    return _close(actor, at, feed, replace(result, feed_id=feed.pk))


def allowed(rows: int, bad_limit: int | None) -> int:
    """How many of so many lines may be wrong."""
    if bad_limit is not None:
        return bad_limit
    return max(LEAST_BAD, rows * settings.KATIP.feed_bad_percent // 100)


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('katip import headcounts'))")
        if not cursor.fetchone()[0]:
            raise ImportRunningError(KIND)
        cursor.execute("SET LOCAL statement_timeout = 0")  # a page's limit is not an import's
        cursor.execute("SET LOCAL work_mem = '64MB'")


def _feed(delivery: Delivery, digest: str, at: datetime) -> Feed:
    if delivery.feed_id is not None:
        feed = Feed.objects.get(pk=delivery.feed_id)
        feed.content_hash = digest
        return feed
    return Feed.objects.create(source=delivery.source, name=delivery.name[:200], content_hash=digest, begun_at=at)


def _drop(feed_id: int, digest: str, at: datetime) -> None:
    """Close a feed whose content was taken before."""
    Feed.objects.filter(pk=feed_id).update(state=FeedState.REFUSED, content_hash=digest, taken_at=at)
    FeedPart.objects.filter(feed_id=feed_id).update(content=None)


def _close(actor: Actor, at: datetime, feed: Feed, result: FeedResult) -> FeedResult:
    """Keep what became of the feed, and record it."""
    feed.state, feed.taken_at = result.state, at
    feed.rows, feed.bad, feed.changed = result.rows, result.bad, result.changed
    feed.periods = [month_no(period) for period in result.periods]
    if result.periods:
        feed.first_period, feed.last_period = result.periods[0], result.periods[-1]
    feed.save()
    FeedPart.objects.filter(feed=feed).update(content=None)
    counts = {"rows": result.rows, "inserted": result.inserted, "updated": result.updated}
    if result.state == FeedState.TAKEN:
        ImportRun.objects.create(kind=KIND, at=at, file_hash=feed.content_hash, **counts)
    detail = {**counts, "bad": result.bad, "changed": result.changed, "moved": result.moved}
    happening = Happening(f"updates:feed:{result.state}", feed.pk, {**detail, "file_hash": feed.content_hash})
    record(actor, at, happening)
    return result


def _tell_beside(path: Path, found: Iterator[Fault], limit: int) -> Told:
    """Write all faults beside the file, and keep the first."""
    shown: list[Fault] = []
    count, errors_path, unwritable = 0, errors_path_of(path), ""
    written: Path | None = errors_path
    with ExitStack() as stack:
        file = None
        try:
            file = stack.enter_context(errors_file(errors_path, ","))
        except OSError as error:
            written, unwritable = None, error.strerror or str(error)
        for fault in found:
            count += 1
            if file:
                file.add(fault)
            if len(shown) < limit:
                shown.append(fault)
    return Told(count, tuple(shown), written, unwritable)


def _unreadable(path: Path, found: list[Fault], limit: int) -> ImportFailedError:
    told = _tell_beside(path, iter(found), limit)
    return ImportFailedError(
        kind=KIND,
        rows=0,
        count=told.count,
        shown=told.shown,
        errors_path=told.errors_path,
        unwritable=told.unwritable,
    )
