"""The log in public: files for monitors in the C2SP formats, and a page for people. No sign-in."""
