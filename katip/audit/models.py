"""The event, its erasable detail, and the log of events.

The event row carries no personal data in clear: ids, a tag and a salted hash of the detail. The detail lies in a row of
its own, so that the law's deletion stays possible without touching the event.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from katip.audit.looks_model import Look as Look  # noqa: PLC0414 -- a model of this room, said to be exported
from katip.core.rows import ALL, ME, Rows, seen_with


class Event(models.Model):
    """One thing that happened. The application's login may insert and read it, nothing else."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(
        f"actor_id = {ME} OR (subject_id = {ME} AND tag LIKE 'identity:%')", written=ALL, door_written=ALL
    )

    at = models.DateTimeField()
    tag = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    capacity = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField(null=True)
    subject_id = models.BigIntegerField(null=True)
    detail_hash = models.BinaryField(max_length=32)

    class Meta:
        """Read newest first, by subject or by actor."""

        indexes: ClassVar = [
            models.Index(fields=["tag", "subject_id", "-id"], name="event_by_subject"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
            models.Index(fields=["organisation_id", "-id"], name="event_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.subject_id or ''}".rstrip()


class EventDetail(models.Model):
    """What the event's hash covers: `sha256(salt ‖ canonical JSON of body)`."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("audit_event", "event_id"), written=ALL, door_written=ALL)

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, related_name="detail")
    salt = models.BinaryField(max_length=16)
    body = models.JSONField()

    def __str__(self) -> str:
        return f"detail of event {self.pk}"


class LogQueue(models.Model):
    """An event without a position in the log. A trigger on the events fills it: none can be recorded past it."""

    grants: ClassVar[str] = "SELECT, INSERT, DELETE"

    event_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        """Named for what it is."""

        db_table = "audit_logqueue"

    def __str__(self) -> str:
        return f"event {self.event_id} waits"


class LogEntry(models.Model):
    """An event's place in the log, and the 32 bytes that stand there for it (`katip.audit.log.entries`)."""

    grants: ClassVar[str] = "SELECT, INSERT"

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    entry = models.BinaryField(max_length=32)

    class Meta:
        """Named for what it is."""

        db_table = "audit_logentry"

    def __str__(self) -> str:
        return f"event {self.event_id} at {self.position}"


class LogReader(models.Model):
    """How far somebody has read the log: the position of the next entry (`katip.audit.log.stream`).

    It stands in no backup: a restored installation begins at the end of its log, and tells nothing a second time.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    backup_where: ClassVar[str] = "false"

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField()

    class Meta:
        """Named for what it is."""

        db_table = "audit_logreader"

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


class LogTile(models.Model):
    """256 neighbouring hashes of the log's tree, complete and never changed again; `root` is the hash over them.

    Level 0 holds leaves, each further level the roots of the one below (C2SP tlog-tiles). Incomplete tiles are not
    kept: they are made from entries and roots.
    """

    grants: ClassVar[str] = "SELECT, INSERT"

    pk = models.CompositePrimaryKey("level", "no")
    level = models.SmallIntegerField()
    no = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)
    root = models.BinaryField(max_length=32)

    class Meta:
        """Named for what it is."""

        db_table = "audit_logtile"

    def __str__(self) -> str:
        return f"tile {self.level}/{self.no}"


class Checkpoint(models.Model):
    """The log's head at one size, signed (C2SP tlog-checkpoint)."""

    grants: ClassVar[str] = "SELECT, INSERT"

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"
