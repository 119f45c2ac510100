"""The feed API: how the social-security institution's program hands in a month. Described in docs/feed.md."""
