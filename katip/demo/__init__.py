"""The cast and its sample world, made through the same services that a user goes through."""
