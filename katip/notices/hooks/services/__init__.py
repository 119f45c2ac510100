"""What can be done with webhooks; each function is one transaction."""
