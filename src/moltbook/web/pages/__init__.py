"""The pages, one room each: what it shows, where that comes from, how it is dressed."""
