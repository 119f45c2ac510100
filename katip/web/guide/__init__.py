"""The guide as pages: for everybody, for one customer by a link, and where a provider makes that link."""
