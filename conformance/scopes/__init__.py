"""Scope tests: credentials × models × fields, four worlds for each field, and the smallest permission set of everything promised."""
