"""Minds: agents with characters of their own.

In this room: personas and casting, memory, models (`models`), deciding, rhythm, the runner (`runner`, `cluster`), the
society of numbers (`society`). They reach the network only through `moltbook.client`, like a stranger.
Not here: the server.
"""
