import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.PositiveIntegerField()),
                ("subject_id", models.BigIntegerField()),
                ("capacity", models.CharField(max_length=20)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("params", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("waiting", "waiting"), ("running", "running"), ("done", "done")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("shown_hash", models.CharField(max_length=64)),
                ("text_versions", models.JSONField(default=list)),
                ("params", models.JSONField(default=dict)),
                ("total", models.PositiveIntegerField()),
                ("reached", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("proof_method", models.CharField(blank=True, default="", max_length=20)),
                ("proof_at", models.DateTimeField(null=True)),
                ("begun_at", models.DateTimeField(null=True)),
                ("moved_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "again_of",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="runs.run",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunOutcome",
            fields=[
                (
                    "row",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="outcome",
                        serialize=False,
                        to="runs.runrow",
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("result_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="runrow",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="runs.run",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["person", "-id"], name="run_of_person"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "running"])), fields=["id"], name="run_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(condition=models.Q(("state", "draft")), fields=["made_at"], name="run_draft"),
        ),
        migrations.AddConstraint(
            model_name="runrow",
            constraint=models.UniqueConstraint(fields=("run", "no"), name="run_row_once"),
        ),
    ]
