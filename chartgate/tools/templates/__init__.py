"""The template language of Go (text/template), in which Helm's templates are written.

`parser.py` makes a tree of a template's text. Its nodes (`nodes.py`) know which bytes of the text they stand for.
"""
