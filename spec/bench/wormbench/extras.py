"""Figures printed beside the table: memory, held streams, rule decisions, start."""


def collect(bench):
    return {}
