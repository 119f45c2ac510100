from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("updates", "0002_digest_by_set"),
    ]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="periods",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="feedpart",
            name="content",
            field=models.BinaryField(null=True),
        ),
    ]
