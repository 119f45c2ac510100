"""What is on its way to an address outside, and which addresses do not take anything.

An address is sealed as long as its message waits and forgotten with it; a keyed hash of it stays, by which a bounce
finds its row and an address its fault.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, Rows, seen_with
from katip.identity.models import Person


class Channel(models.TextChoices):
    """By which way something leaves."""

    EMAIL = "email", "email"
    SMS = "sms", "sms"
    KEP = "kep", "kep"


class Rank(models.IntegerChoices):
    """What leaves first where many wait."""

    SECURITY = 0, "security"
    """somebody's sign-in"""
    ORDINARY = 1, "ordinary"
    LATER = 2, "later"
    """sent to many at once: a month's digests"""


class State(models.TextChoices):
    """What became of one delivery."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    """taken by the mail server or gateway, which is no proof that it arrived"""
    DELIVERED = "delivered", "delivered"
    """a report says that it arrived"""
    REFUSED = "refused", "refused"
    """the address was refused for good when it was sent, or is known not to work"""
    BOUNCED = "bounced", "bounced"
    """taken, and reported afterwards as not delivered"""
    GIVEN_UP = "given_up", "given_up"
    """tried in vain until it was too old"""
    DROPPED = "dropped", "dropped"
    """not sent on purpose: nothing leaves by this channel, or it was worth nothing any more"""


class Delivery(models.Model):
    """One thing to be told to one address.

    Rows of one `digest_key` and address leave as one message with the first of them that is due. `code` says why it did
    not leave, in a word (`smtp_550`, `http_500`, `address`, `no_channel`, `moot` …), never in the server's own words.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME} OR {seen_with('processes_process', 'process_id')}")
    backup_where: ClassVar[str] = "state <> 'waiting'"  # none leaves a second time

    channel = models.CharField(max_length=5, choices=Channel)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """None where nobody in person is meant: an applicant without an account, the address on a workplace's card"""
    capacity = models.CharField(max_length=10, default="")
    organisation_id = models.BigIntegerField(null=True)
    """for whom it concerns the person, as in `core.actor`"""
    notice_id = models.BigIntegerField(null=True)
    process_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=32)
    detail = models.JSONField(default=dict)
    language = models.CharField(max_length=4, default="both")
    """`tr`, `en` or `both`"""
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.ORDINARY)
    digest_key = models.CharField(max_length=64, default="")
    address_sealed = models.BinaryField()
    address_key = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    """from then on it is not tried again"""
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    code = models.CharField(max_length=24, default="")
    provider_ref = models.CharField(max_length=64, default="")
    """the gateway's own number of it"""
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    """when it ceased to wait"""

    class Meta:
        """The ones that wait are few beside all; the board asks by process, the register by notice and person."""

        indexes: ClassVar = [
            models.Index(
                fields=["channel", "rank", "due_at", "id"], name="delivery_due", condition=Q(state=State.WAITING)
            ),
            models.Index(
                fields=["channel", "address_key", "digest_key"],
                name="delivery_digest",
                condition=Q(state=State.WAITING) & ~Q(digest_key=""),
            ),
            models.Index(fields=["process_id", "id"], name="delivery_process", condition=Q(process_id__isnull=False)),
            models.Index(fields=["notice_id"], name="delivery_notice", condition=Q(notice_id__isnull=False)),
            models.Index(fields=["closed_at"], name="delivery_closed", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.made_at:%Y-%m-%d}"


class AddressFault(models.Model):
    """An address that was refused for good, or that a report said does not work. Found by a keyed hash alone."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    channel = models.CharField(max_length=5, choices=Channel)
    address_key = models.CharField(max_length=64)
    code = models.CharField(max_length=24)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    """the latest refusal"""
    ended_at = models.DateTimeField(null=True)
    """it works again, or was entered anew"""

    class Meta:
        """One for each address."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "address_key"], name="address_fault_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.code}"


class ChannelRest(models.Model):
    """How a channel is: rests until `until` after it failed as a whole, so that nobody's message is spent on it."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    backup_where: ClassVar[str] = "false"

    channel = models.CharField(max_length=5, choices=Channel, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    """in a row"""
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    code = models.CharField(max_length=24, default="")
    last_sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.channel} {self.code}"
