"""The program: command line, options, the graph as a table of contents, runs, progress, summary."""
