"""What people are told, how they want to be told, and what they report of strangers."""

import datetime as dt
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_PERSON: dict[str, Any] = {"on_delete": django.db.models.deletion.PROTECT, "to": settings.AUTH_USER_MODEL}
_CHANNELS = [("email", "email"), ("sms", "sms"), ("kep", "kep")]


class Migration(migrations.Migration):
    """Notices outlive nothing: they name processes and contracts by plain numbers."""

    dependencies = [
        ("notices", "0001_delivery"),
        ("registry", "0008_activity_unindexed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Habit",
            fields=[
                ("person", models.OneToOneField(primary_key=True, related_name="+", serialize=False, **_PERSON)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("at_once", "at_once"), ("daily", "daily")], default="at_once", max_length=8
                    ),
                ),
                ("quiet_from", models.TimeField(default=dt.time(21, 0))),
                ("quiet_to", models.TimeField(default=dt.time(8, 0))),
                (
                    "language",
                    models.CharField(
                        choices=[("both", "both"), ("tr", "tr"), ("en", "en")], default="both", max_length=4
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", _ID.clone()),
                ("person", models.ForeignKey(db_index=False, null=True, related_name="notices", **_PERSON)),
                ("kind", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("capacity", models.CharField(max_length=10)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("process_id", models.BigIntegerField(null=True)),
                ("contract_id", models.BigIntegerField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("once_key", models.CharField(max_length=80, unique=True)),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-id"], name="told_of"),
                    models.Index(fields=["person"], name="told_unseen", condition=Q(seen_at__isnull=True)),
                    models.Index(
                        fields=["process_id", "id"], name="told_process", condition=Q(process_id__isnull=False)
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", _ID.clone()),
                ("person", models.ForeignKey(db_index=False, null=True, related_name="+", **_PERSON)),
                ("address_key", models.CharField(default="", max_length=64)),
                ("group", models.CharField(max_length=12)),
                ("channel", models.CharField(choices=_CHANNELS, max_length=5)),
                ("is_on", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["person", "group", "channel"],
                        condition=Q(person__isnull=False),
                        name="preference_of_person",
                    ),
                    models.UniqueConstraint(
                        fields=["address_key", "group", "channel"],
                        condition=Q(person__isnull=True),
                        name="preference_of_address",
                    ),
                    models.CheckConstraint(
                        condition=Q(person__isnull=False, address_key="")
                        | (Q(person__isnull=True) & ~Q(address_key="")),
                        name="preference_of_one",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", _ID.clone()),
                ("name", models.CharField(max_length=12)),
                ("day", models.DateField()),
                ("reached_on", models.DateField(null=True)),
                ("reached", models.BigIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["name", "day"], name="round_once")]},
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", _ID.clone()),
                (
                    "workplace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.workplace",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.provider"
                    ),
                ),
                ("person", models.ForeignKey(related_name="+", **_PERSON)),
                ("at", models.DateTimeField()),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("proof_method", models.CharField(max_length=20)),
                ("proof_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.ForeignKey(db_index=False, null=True, related_name="+", **_PERSON)),
                ("outcome", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workplace", "provider", "-id"], name="objection_of"),
                    models.Index(fields=["-id"], name="objection_open", condition=Q(closed_at__isnull=True)),
                ]
            },
        ),
    ]
