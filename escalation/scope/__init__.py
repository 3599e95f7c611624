"""Work outside the contract: asked for with its price, decided by the client, recorded, and looked back on."""
