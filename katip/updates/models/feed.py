"""The monthly feed of the social-security institution: what came, from where, and which lines were set aside."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import NONE, Rows


class FeedSource(models.TextChoices):
    """By which way a feed came."""

    FILE = "file", "file"
    API = "api", "api"


class FeedState(models.TextChoices):
    """Where a feed stands. Only `taken` ones changed the register."""

    OPEN = "open", "open"
    """parts are still coming"""
    TAKEN = "taken", "taken"
    REFUSED = "refused", "refused"
    """too many bad lines: nothing of it was taken"""


class Feed(models.Model):
    """One delivery: a file, or parts sent one after another. `content_hash` is SHA-256 (hex) of what came.

    `rows` counts the lines read, `bad` those set aside, `changed` the workplaces whose figures are others than before.
    `first_period` and `last_period` are first days of months; None while nothing was read.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    source = models.CharField(max_length=4, choices=FeedSource)
    name = models.CharField(max_length=200, blank=True, default="")
    """of the file, or as the sender calls it"""
    state = models.CharField(max_length=8, choices=FeedState, default=FeedState.OPEN)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    first_period = models.DateField(null=True)
    last_period = models.DateField(null=True)
    periods = models.JSONField(default=list)
    """every month that it told, as `feed.columns.month_no` counts them, the oldest first"""
    rows = models.PositiveBigIntegerField(default=0)
    bad = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveBigIntegerField(default=0)
    key = models.ForeignKey("updates.FeedKey", models.PROTECT, null=True, related_name="feeds")
    """the sender, where it came by the API"""
    begun_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        """The same content is taken once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["content_hash"], condition=Q(state="taken") & ~Q(content_hash=""), name="feed_taken_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-last_period", "-id"], name="feed_newest")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class FeedPart(models.Model):
    """A part of a feed that came by the API; the same number with the same content is taken once.

    `content` is the text as it came, compressed (zlib); None once the feed is closed.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(NONE)

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="parts")
    no = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    bad = models.PositiveIntegerField()
    content = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        """Numbered by the sender."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["feed", "no"], name="feed_part_once")]

    def __str__(self) -> str:
        return f"{self.feed_id}.{self.no}"


class FeedFault(models.Model):
    """A line that was set aside: its number, the column at fault, the reason's code and the cell as it came."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(NONE)

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="faults")
    part = models.PositiveIntegerField(default=0)
    line = models.PositiveBigIntegerField()
    column = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        """Read in the order of the file."""

        indexes: ClassVar = [models.Index(fields=["feed", "part", "line"], name="feed_fault_of")]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"


class FeedKey(models.Model):
    """Who may send feeds by the API. Only a keyed hash of the secret is kept."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(NONE)

    name = models.CharField(max_length=80, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
