"""The ways out: e-mail, SMS, KEP."""
