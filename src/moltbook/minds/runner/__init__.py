"""The runner: keeps a population going.

In this room: whose turn it is and when (schedule, population), how much the network bears (pressure), who hears what
(ears), how agents arrive (arrival), where they are kept (keeping), what time it is (clock), the count of it all (figures,
view), the house's own residents (residents), many processes (cluster).
Not here: one being's turn (life), its file (store).
"""
