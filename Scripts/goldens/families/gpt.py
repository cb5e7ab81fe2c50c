"""Decoders with LayerNorm or other departures from Llama: name -> configuration class, changes to BASE, how it is saved; see make_models.py."""

FAMILIES = {}
