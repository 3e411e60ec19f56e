"""The OpenAPI document as readers and generators of clients need it."""
