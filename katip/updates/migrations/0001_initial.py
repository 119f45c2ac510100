import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0007_figures_from_a_month"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(choices=[("file", "file"), ("api", "api")], max_length=4)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("taken", "taken"), ("refused", "refused")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("content_hash", models.CharField(blank=True, default="", max_length=64)),
                ("first_period", models.DateField(null=True)),
                ("last_period", models.DateField(null=True)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("bad", models.PositiveBigIntegerField(default=0)),
                ("changed", models.PositiveBigIntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feeds",
                        to="updates.feedkey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeedPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.PositiveIntegerField()),
                ("content_hash", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField()),
                ("bad", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="updates.feed"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MonthRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planning", "planning"),
                            ("planned", "planned"),
                            ("applying", "applying"),
                            ("closing", "closing"),
                            ("done", "done"),
                            ("dropped", "dropped"),
                        ],
                        default="planning",
                        max_length=8,
                    ),
                ),
                ("planned_at", models.DateTimeField()),
                ("mark", models.DateTimeField()),
                ("at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("chunks", models.PositiveIntegerField(default=0)),
                ("groups", models.PositiveBigIntegerField(default=0)),
                ("summary", models.JSONField(default=dict)),
                ("totals", models.JSONField(default=dict)),
                (
                    "begun_by",
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
            name="MonthProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amended", models.PositiveIntegerField()),
                ("asked", models.PositiveIntegerField()),
                ("conflicts", models.PositiveIntegerField()),
                ("ended", models.PositiveIntegerField()),
                ("minutes_before", models.BigIntegerField()),
                ("minutes_after", models.BigIntegerField()),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.provider"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="providers", to="updates.monthrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MonthFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hazard_class",
                    models.CharField(
                        choices=[("low", "LOW"), ("hazardous", "HAZARDOUS"), ("very_hazardous", "VERY_HAZARDOUS")],
                        max_length=20,
                    ),
                ),
                ("workplaces", models.PositiveIntegerField()),
                ("amended", models.PositiveIntegerField()),
                ("asked", models.PositiveIntegerField()),
                ("conflicts", models.PositiveIntegerField()),
                ("ended", models.PositiveIntegerField()),
                ("missing", models.PositiveIntegerField()),
                ("minutes_before", models.BigIntegerField()),
                ("minutes_after", models.BigIntegerField()),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.province"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="figures", to="updates.monthrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MonthChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.PositiveIntegerField()),
                ("workplace_from", models.BigIntegerField()),
                ("workplace_to", models.BigIntegerField()),
                ("lines", models.PositiveIntegerField()),
                ("plan", models.BinaryField()),
                ("plan_hash", models.CharField(max_length=64)),
                ("state", models.CharField(choices=[("open", "open"), ("done", "done")], default="open", max_length=4)),
                ("done_at", models.DateTimeField(null=True)),
                ("totals", models.JSONField(default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="updates.monthrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Missing",
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
                    "workplace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.workplace"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="missing", to="updates.monthrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="month_digests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="digests", to="updates.monthrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeedFault",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.PositiveIntegerField(default=0)),
                ("line", models.PositiveBigIntegerField()),
                ("column", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=40)),
                ("value", models.CharField(blank=True, default="", max_length=120)),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="faults", to="updates.feed"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["feed", "part", "line"], name="feed_fault_of")],
            },
        ),
        migrations.AddIndex(
            model_name="feed",
            index=models.Index(fields=["-last_period", "-id"], name="feed_newest"),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "taken"), models.Q(("content_hash", ""), _negated=True)),
                fields=("content_hash",),
                name="feed_taken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedpart",
            constraint=models.UniqueConstraint(fields=("feed", "no"), name="feed_part_once"),
        ),
        migrations.AddIndex(
            model_name="monthrun",
            index=models.Index(fields=["-period", "-id"], name="month_newest"),
        ),
        migrations.AddConstraint(
            model_name="monthrun",
            constraint=models.UniqueConstraint(
                models.Value(1), condition=models.Q(("state__in", ["applying", "closing"])), name="month_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthprovider",
            constraint=models.UniqueConstraint(fields=("run", "provider"), name="month_provider_once"),
        ),
        migrations.AddConstraint(
            model_name="monthfigure",
            constraint=models.UniqueConstraint(fields=("run", "province", "hazard_class"), name="month_figure_once"),
        ),
        migrations.AddIndex(
            model_name="monthchunk",
            index=models.Index(condition=models.Q(("state", "open")), fields=["run", "no"], name="month_chunk_open"),
        ),
        migrations.AddConstraint(
            model_name="monthchunk",
            constraint=models.UniqueConstraint(fields=("run", "no"), name="month_chunk_once"),
        ),
        migrations.AddIndex(
            model_name="missing",
            index=models.Index(fields=["workplace", "-run"], name="month_missing_of"),
        ),
        migrations.AddConstraint(
            model_name="missing",
            constraint=models.UniqueConstraint(fields=("run", "workplace", "profession"), name="month_missing_once"),
        ),
        migrations.AddIndex(
            model_name="digest",
            index=models.Index(condition=models.Q(("told_at__isnull", True)), fields=["id"], name="digest_untold"),
        ),
        migrations.AddConstraint(
            model_name="digest",
            constraint=models.UniqueConstraint(fields=("person", "run"), name="digest_once"),
        ),
    ]
