"""A month's plan: the rules of `rules.month`, put to many groups of contracts at once.

`tables` turns the statute into columns, `snapshot` reads what the plan is made from, `decide` answers by set, `lines`
says what a plan holds and keeps it. A test holds `decide` against the rules, group by group.
"""
