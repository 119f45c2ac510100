import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RunReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.PositiveIntegerField()),
                ("is_own", models.BooleanField(default=False)),
                ("first_no", models.PositiveIntegerField()),
                ("last_no", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=20, unique=True)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("fault", models.CharField(blank=True, default="", max_length=80)),
                ("event_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="runs.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunReceiptFile",
            fields=[
                (
                    "receipt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="runs.runreceipt",
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("content", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                ("level", models.CharField(max_length=8)),
                ("key_id", models.CharField(max_length=80)),
            ],
        ),
        migrations.AddIndex(
            model_name="runreceipt",
            index=models.Index(
                condition=models.Q(("made_at__isnull", True)), fields=["is_own", "id"], name="run_receipt_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="runreceipt",
            constraint=models.UniqueConstraint(fields=("run", "no"), name="run_receipt_once"),
        ),
    ]
