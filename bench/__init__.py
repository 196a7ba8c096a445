"""The benchmarks: what we promise about speed, measured beside the raw limit of the same machine and minute.

In this room: a stage (our worker, a bare rival, one PostgreSQL), a load generator, the measurements, their report. Not
here: whether answers are right (tests).
"""
