"""The site: pages made from a log, for any web server or none, and the layout of the server's own pages."""
