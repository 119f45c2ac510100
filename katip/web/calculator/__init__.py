"""How many minutes would the law ask? A public page that reckons with figures somebody types; it stores nothing."""
