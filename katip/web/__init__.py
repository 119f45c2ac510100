"""The pages. Thin: parse, ask, call, show. One folder for each thing a person does."""
