"""What becomes of personal data: how long they are kept, what a person may have of them, what they may ask."""
