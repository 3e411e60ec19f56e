"""Disclosure control: what may be published of counts, and how it is worked out."""
