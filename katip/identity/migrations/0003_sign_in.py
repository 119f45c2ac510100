import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proofing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[("chip", "kimlik kartının çipi"), ("counter", "gişe"), ("operator", "işletmeci")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("level", models.CharField(blank=True, default="", max_length=24)),
                ("signer", models.CharField(blank=True, default="", max_length=64)),
                ("evidence", models.CharField(blank=True, default="", max_length=64)),
                ("reference", models.BigIntegerField(null=True)),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second_officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resets", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proofing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="identity.proofing"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ActivationCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_key", models.CharField(max_length=64, unique=True)),
                ("opens_password", models.BooleanField()),
                ("opens_second_step", models.BooleanField()),
                ("resets", models.BooleanField(default=False)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activation_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proofing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="identity.proofing"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SecurityNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("code_issued", "code_issued"),
                            ("password_set", "password_set"),
                            ("proofed", "proofed"),
                            ("chip_refused", "chip_refused"),
                            ("factor_added", "factor_added"),
                            ("factor_removed", "factor_removed"),
                            ("recovery_codes_made", "recovery_codes_made"),
                            ("recovery_code_used", "recovery_code_used"),
                            ("new_device", "new_device"),
                            ("device_forgotten", "device_forgotten"),
                            ("session_ended", "session_ended"),
                            ("provider_linked", "provider_linked"),
                            ("email_set", "email_set"),
                            ("application_made", "application_made"),
                            ("application_reminder", "application_reminder"),
                            ("application_confirmed", "application_confirmed"),
                            ("application_refused", "application_refused"),
                            ("application_cancelled", "application_cancelled"),
                            ("application_expired", "application_expired"),
                            ("review_objected", "review_objected"),
                        ],
                        max_length=24,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("detail", models.JSONField(default=dict)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="security_notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChipSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("national_id_key", models.CharField(max_length=64)),
                ("application", models.BigIntegerField(null=True)),
                ("code_key", models.CharField(max_length=64, unique=True)),
                ("token_key", models.CharField(max_length=64, null=True, unique=True)),
                ("challenge", models.BinaryField(max_length=8)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Okuyucu bekleniyor"),
                            ("claimed", "Okuyucu bağlandı"),
                            ("abandoned", "Okunamadı"),
                            ("done", "Tamamlandı"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("stage", models.CharField(blank=True, default="", max_length=12)),
                ("consumed_at", models.DateTimeField(null=True)),
                ("verdict", models.CharField(blank=True, default="", max_length=24)),
                ("reasons", models.JSONField(default=list)),
                ("signer", models.CharField(blank=True, default="", max_length=64)),
                ("evidence", models.CharField(blank=True, default="", max_length=64)),
                (
                    "opener",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chip_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["opener", "-id"], name="chip_session_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict", ""), ("consumed_at__isnull", False), _connector="OR"),
                        name="chip_verdict_of_challenge",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_key", models.CharField(max_length=64)),
                ("label", models.CharField(max_length=80)),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="devices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-last_seen"], name="device_of")],
                "constraints": [models.UniqueConstraint(fields=("token_key", "person"), name="device_once")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_sealed", models.BinaryField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("code_issued", "code_issued"),
                            ("password_set", "password_set"),
                            ("proofed", "proofed"),
                            ("chip_refused", "chip_refused"),
                            ("factor_added", "factor_added"),
                            ("factor_removed", "factor_removed"),
                            ("recovery_codes_made", "recovery_codes_made"),
                            ("recovery_code_used", "recovery_code_used"),
                            ("new_device", "new_device"),
                            ("device_forgotten", "device_forgotten"),
                            ("session_ended", "session_ended"),
                            ("provider_linked", "provider_linked"),
                            ("email_set", "email_set"),
                            ("application_made", "application_made"),
                            ("application_reminder", "application_reminder"),
                            ("application_confirmed", "application_confirmed"),
                            ("application_refused", "application_refused"),
                            ("application_cancelled", "application_cancelled"),
                            ("application_expired", "application_expired"),
                            ("review_objected", "review_objected"),
                        ],
                        max_length=24,
                    ),
                ),
                ("detail", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("given_up_at__isnull", True), ("sent_at__isnull", True)),
                        fields=["due_at"],
                        name="message_due",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="proofing",
            index=models.Index(fields=["person", "-id"], name="proofing_of"),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True), ("used_at__isnull", True)),
                fields=("person",),
                name="enrolment_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="activationcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True), ("used_at__isnull", True)),
                fields=("person",),
                name="code_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="activationcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens_password", True), ("opens_second_step", True), _connector="OR"),
                name="code_opens_something",
            ),
        ),
        migrations.AddIndex(
            model_name="securitynotice",
            index=models.Index(fields=["person", "-id"], name="notice_of"),
        ),
    ]
