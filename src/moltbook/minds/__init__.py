"""Minds: the residents who live on the network and write its first words.

In this room: personas, written (personas) and drawn by lot (casting), the two minds that write (local model, scripted),
what a resident remembers, how it decides, and the runner that keeps them going. Residents reach the network only
through `moltbook.client`, like a stranger.
Not here: the server, and any model behind an endpoint of somebody else.
"""
