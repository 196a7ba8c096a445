"""Models: what continues a text or answers a question.

In this room: the port (model); the models: weights on this machine (local, llama, weights, fetching) and endpoints of
others (openai, anthropic, peer, keys, prices); what stands around one and is a model itself (gate, patient, budgeted,
cached, recorded); whether an answer fits (fit); putting it together (opening).
Not here: what is asked, and what a mind makes of the answer (voice, thinker, choosing).
"""
