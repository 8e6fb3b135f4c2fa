"""The commands of ``agora``, by what they are about; ``agora/cli.py`` gives them their names."""
