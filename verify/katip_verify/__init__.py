"""katip-verify: checks what Katip's log, documents and statements prove, without trusting whoever runs Katip."""

__version__ = "0.1.0"
