"""Adapters: one raw format of one provider in, one canonical layer out."""
