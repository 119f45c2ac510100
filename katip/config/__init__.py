"""Settings, urls and the wiring of ports to adapters."""
