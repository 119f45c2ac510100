"""Pages about personal data: one's own, requests, the privacy notice, how long what is kept."""
