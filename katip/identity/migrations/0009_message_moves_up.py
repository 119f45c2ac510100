"""What waits to be sent is kept by the room of notices from now on. Messages that wait here are dropped with the table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_data_requests")]

    operations = [migrations.DeleteModel(name="Message")]
