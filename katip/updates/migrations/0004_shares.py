from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("updates", "0003_feed_content"),
    ]

    operations = [
        migrations.AddField(
            model_name="monthchunk",
            name="shares",
            field=models.JSONField(default=dict),
        ),
    ]
