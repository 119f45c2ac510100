"""`script/bench NAME`: how fast a part is, as ratios against a floor that is measured in the same run.

A figure alone says as much of the machine as of the program; a ratio says what the program adds to what it cannot do
without. The last line is one JSON object.
"""
