"""What stands before the routes: which hosts, pages, paths and sizes are let in."""
