"""Kernel: ids, clock, refusals, paging, text – words that mean nothing about societies."""
