"""What leaves and enters as a file: the sheet of 46 columns, its exports, the migration, the reconciliation."""
