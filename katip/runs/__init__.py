"""Many decisions under one ceremony: a run takes its rows through the services that decide each singly."""
