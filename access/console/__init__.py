"""The client's pages about who may work for it: people and clearance, what it takes, roles, suspending."""
