import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0006_lists"),
        ("processes", "0003_lists"),
        ("registry", "0007_figures_from_a_month"),
    ]

    operations = [
        migrations.AddField(
            model_name="contractversion",
            name="agreed_minutes",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="durationupdate",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("capacity_short", "CAPACITY_SHORT"),
                    ("certificate_unfit", "CERTIFICATE_UNFIT"),
                    ("certificate_expired", "CERTIFICATE_EXPIRED"),
                    ("full_time_threshold", "FULL_TIME_THRESHOLD"),
                    ("no_part_time", "NO_PART_TIME"),
                    ("headcount_zero", "HEADCOUNT_ZERO"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="durationupdate",
            name="run",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="contractversion",
            name="basis",
            field=models.CharField(
                choices=[
                    ("approved", "approved"),
                    ("updated", "updated"),
                    ("carried", "carried"),
                    ("automatic", "automatic"),
                ],
                default="approved",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="contractversion",
            name="contract",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="contracts.contract",
            ),
        ),
        migrations.AlterField(
            model_name="contractversion",
            name="process",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="processes.process",
            ),
        ),
        migrations.CreateModel(
            name="MonthChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.BigIntegerField()),
                ("chunk", models.PositiveIntegerField()),
                ("place", models.PositiveIntegerField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("kept", "KEPT"),
                            ("amended", "AMENDED"),
                            ("asked", "ASKED"),
                            ("provider", "PROVIDER"),
                            ("person", "PERSON"),
                            ("ended", "ENDED"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("capacity_short", "CAPACITY_SHORT"),
                            ("certificate_unfit", "CERTIFICATE_UNFIT"),
                            ("certificate_expired", "CERTIFICATE_EXPIRED"),
                            ("full_time_threshold", "FULL_TIME_THRESHOLD"),
                            ("no_part_time", "NO_PART_TIME"),
                            ("headcount_zero", "HEADCOUNT_ZERO"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "profession",
                    models.CharField(
                        choices=[
                            ("safety_specialist", "SAFETY_SPECIALIST"),
                            ("workplace_physician", "WORKPLACE_PHYSICIAN"),
                            ("other_health_personnel", "OTHER_HEALTH_PERSONNEL"),
                        ],
                        max_length=30,
                    ),
                ),
                ("minutes_before", models.PositiveIntegerField()),
                ("minutes_after", models.PositiveIntegerField()),
                ("employees_before", models.PositiveIntegerField()),
                ("employees_after", models.PositiveIntegerField()),
                (
                    "hazard_before",
                    models.CharField(
                        choices=[("low", "LOW"), ("hazardous", "HAZARDOUS"), ("very_hazardous", "VERY_HAZARDOUS")],
                        max_length=20,
                    ),
                ),
                (
                    "hazard_after",
                    models.CharField(
                        choices=[("low", "LOW"), ("hazardous", "HAZARDOUS"), ("very_hazardous", "VERY_HAZARDOUS")],
                        max_length=20,
                    ),
                ),
                ("required_before", models.PositiveIntegerField()),
                ("required_after", models.PositiveIntegerField()),
                ("version_no", models.PositiveIntegerField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="month_changes",
                        to="contracts.contract",
                    ),
                ),
                (
                    "process",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="processes.process",
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.professional",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.provider",
                    ),
                ),
                (
                    "workplace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.workplace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["provider", "run", "id"], name="month_change_provider"),
                    models.Index(fields=["run", "chunk", "place"], name="month_change_run"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shortage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "profession",
                    models.CharField(
                        choices=[
                            ("safety_specialist", "SAFETY_SPECIALIST"),
                            ("workplace_physician", "WORKPLACE_PHYSICIAN"),
                            ("other_health_personnel", "OTHER_HEALTH_PERSONNEL"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("capacity_short", "CAPACITY_SHORT"),
                            ("certificate_unfit", "CERTIFICATE_UNFIT"),
                            ("certificate_expired", "CERTIFICATE_EXPIRED"),
                            ("full_time_threshold", "FULL_TIME_THRESHOLD"),
                            ("no_part_time", "NO_PART_TIME"),
                            ("headcount_zero", "HEADCOUNT_ZERO"),
                        ],
                        max_length=20,
                    ),
                ),
                ("run", models.BigIntegerField()),
                ("is_open", models.BooleanField(default=True)),
                (
                    "process",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shortage", to="processes.process"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shortages",
                        to="registry.provider",
                    ),
                ),
                (
                    "workplace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shortages", to="registry.workplace"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_open", True)),
                        fields=("workplace", "profession", "provider"),
                        name="shortage_open_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
