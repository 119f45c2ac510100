"""A month's feed on its way into the register: read, validated, compared with what is known, written by COPY.

`sources` brings lines in blocks, `cells` reads them, `register` fetches what is known, `merge` decides what differs
(pure, over data frames), `write` copies it. The use case is `updates.services.feed_take`; docs/feed.md tells it all.
"""
