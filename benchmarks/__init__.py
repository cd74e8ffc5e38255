"""Benchmarks: what a biological second costs here, and in other tools."""
