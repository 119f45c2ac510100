"""Pages of a month for officials: what is planned, what was written, where it went wrong."""
