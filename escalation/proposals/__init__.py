"""Another matrix, proposed by one of the client's vendors: written, sent, decided by the client, told by mail."""
