"""Mixtures of experts: name -> configuration class, changes to BASE, how it is saved; see make_models.py."""

FAMILIES = {}
