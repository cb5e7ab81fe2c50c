"""Measures Martlet beside other engines, alternately in one run, and renders what was measured."""
