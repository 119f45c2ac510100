"""`katip-reader`: reads an ID card through a reader on this machine, and hands the evidence to a Katip server. No Django."""
