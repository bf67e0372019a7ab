"""How strong the suite is, as a number: the share of a set of defects that it catches by the right name. `make strength`."""
