"""Proofing: who was shown to be who they say, by which way, and the session in which a card's chip is read."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ALL, ME, Rows
from katip.identity.models.person import Person


class ProofingWay(models.TextChoices):
    """By which way an identity was established."""

    CHIP = "chip", "kimlik kartının çipi"
    COUNTER = "counter", "gişe"
    OPERATOR = "operator", "işletmeci"


class Proofing(models.Model):
    """An identity that was established once. Never changed; neither data groups nor a photo are kept.

    `level` is the verdict of `katip.identity.chip` where a chip was read, else empty. `signer` and `evidence` are the
    SHA-256 of the document signer's certificate and of the security object (hex). `reference` is the number of the
    application at a counter.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="proofings")
    way = models.CharField(max_length=10, choices=ProofingWay)
    at = models.DateTimeField()
    level = models.CharField(max_length=24, blank=True, default="")
    signer = models.CharField(max_length=64, blank=True, default="")
    evidence = models.CharField(max_length=64, blank=True, default="")
    officer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    second_officer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reference = models.BigIntegerField(null=True)

    class Meta:
        """Read newest first, by person."""

        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="proofing_of")]

    def __str__(self) -> str:
        return f"{self.way} {self.at:%Y-%m-%d}"


class ChipState(models.TextChoices):
    """How far the reading of a card has come."""

    WAITING = "waiting", "Okuyucu bekleniyor"
    CLAIMED = "claimed", "Okuyucu bağlandı"
    ABANDONED = "abandoned", "Okunamadı"
    DONE = "done", "Tamamlandı"


class ChipSession(models.Model):
    """One try to read one person's card: a challenge that is answered once, for one account and one purpose.

    The pairing code that a person carries from the page to the reader, and the token that the reader gets for it, are
    kept as keyed hashes. `challenge` is consumed by the one evidence that is handed in (`consumed_at`). `opener` is
    who opened it: the person, or the officer at whose desk the card is read (`application` is then its number).
    `stage` is what the reader says of itself, `verdict` and `reasons` what the evidence showed.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME} OR opener_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="chip_sessions")
    national_id_key = models.CharField(max_length=64)
    opener = models.ForeignKey(Person, models.PROTECT, related_name="+")
    application = models.BigIntegerField(null=True)
    code_key = models.CharField(max_length=64, unique=True)
    token_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 -- unique: empty ones would collide
    challenge = models.BinaryField(max_length=8)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ChipState, default=ChipState.WAITING)
    stage = models.CharField(max_length=12, blank=True, default="")
    consumed_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=24, blank=True, default="")
    reasons = models.JSONField(default=list)
    signer = models.CharField(max_length=64, blank=True, default="")
    evidence = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        """Asked for by the one who opened it, newest first; a verdict needs a consumed challenge."""

        indexes: ClassVar = [models.Index(fields=["opener", "-id"], name="chip_session_of")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(verdict="") | Q(consumed_at__isnull=False), name="chip_verdict_of_challenge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.verdict}".rstrip()
