"""The real servers of the end-to-end tests, each started on loopback with a free port."""
