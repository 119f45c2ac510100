"""Pages about webhooks: where an organisation's programs are told of what happened."""
