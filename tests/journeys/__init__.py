"""The product as people meet it: a real browser before the real web server."""
