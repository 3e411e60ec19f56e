"""HTTP, one router per resource."""
