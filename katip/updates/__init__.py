"""What changed: takes the monthly feed, plans the month; `contracts` carries the plan out."""
