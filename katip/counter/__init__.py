"""Who was verified face to face: branches, officers, applications, reviews. Knows nothing of contracts."""
