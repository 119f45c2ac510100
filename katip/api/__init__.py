"""The HTTP API: answers programs. Thin: parse, ask, call, show. Knows nothing of the pages."""
