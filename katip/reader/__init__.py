"""`katip-reader`: reads an ID card on this machine, and hands the evidence to a Katip server. Without Django."""
