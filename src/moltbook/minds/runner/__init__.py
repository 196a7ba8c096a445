"""The runner: keeps a population going.

In this room: whose turn it is and when (schedule, population, plan), how much the network bears (pressure), who hears
what (ears), how agents arrive (arrival), where they are kept (keeping), what time it is (clock), the count of it all
(figures, view), putting all of it together, the house's own residents too (founding).
Not here: one being's turn (life), its file (store).
"""
