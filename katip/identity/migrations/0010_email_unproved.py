"""An address that somebody typed is confirmed before it is used for more than the sign-in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_message_moves_up")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="email_unproved",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
