"""What the room of notices writes."""
