"""The template language of Go (text/template), in which Helm's templates are written.

`parser.py` parses a text into a tree. Each node (`nodes.py`) has the position of its bytes in the text.
"""
