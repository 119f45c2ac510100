"""Who looked: what each page records, *Verilerime kim baktı?*, and the reason that officials give."""
