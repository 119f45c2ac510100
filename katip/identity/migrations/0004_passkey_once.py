from django.db import migrations


class Migration(migrations.Migration):
    """A passkey belongs to one account, and is found by its id when it is all that a person shows."""

    dependencies = [
        ("mfa", "0003_authenticator_type_uniq"),
        ("identity", "0003_sign_in"),
    ]

    operations = [
        migrations.RunSQL(
            sql="CREATE UNIQUE INDEX passkey_once ON mfa_authenticator ((data -> 'credential_key'))"
            " WHERE type = 'webauthn'",
            reverse_sql="DROP INDEX passkey_once",
        ),
    ]
