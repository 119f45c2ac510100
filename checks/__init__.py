"""What `script/check` and `script/release` ask of the repository itself. Not part of the program."""
