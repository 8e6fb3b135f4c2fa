"""A3: never gets past its import."""

while True:
    pass
