"""The database: how we find one, talk to it and keep its shape.

In this package: the embedded PostgreSQL (`embedded`), connections (`pool`), the schema's history (`migrate`).
Not here: what the tables mean (each slice), who may change them (the slices' acts).
"""
