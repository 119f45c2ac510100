"""The API for providers' programs, version 1. Described by itself at /api/v1/openapi.json, and in docs/api.md."""
