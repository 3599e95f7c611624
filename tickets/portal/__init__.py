"""The client's portal for its customers: asking, following and closing questions, without an account."""
