"""A module for each step: `revision`, `down_revision` (the step before) and `upgrade`."""
