"""Webhooks: an organisation's programs are told of what happened, signed, at an address that it named."""
