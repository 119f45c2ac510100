"""A month's digest is sent by e-mail, too."""

from django.db import migrations, models

KINDS = [
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
    ("month_digest", "month_digest"),
]


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_notices_unseen")]

    operations = [
        migrations.AlterField(model_name=model, name="kind", field=models.CharField(choices=KINDS, max_length=24))
        for model in ("message", "securitynotice")
    ]
