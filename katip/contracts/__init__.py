"""What was agreed: service contracts, offered, accepted, approved. The only writer of contract versions."""
