"""What is rendered: the cases of a chart.

- `chart.py` reads a chart once: `settings.py` (chartgate.yaml), `matrix.py` (matrix.yaml), `shape.py` (values.yaml and
  values.schema.json). `settings_file.py` and `matrix_file.py` are the models of these files.
- Cases that people wrote: `ci_cases.py`, `document_cases.py` with `helm_commands.py`, `api_cases.py`.
- Cases of the matrix: `matrix_cases.py` takes the rows of `array_cache.py`, which `covering_array.py` makes with
  `solver.py` and `library_rows.py` makes cheap; `proof.py` counts what they cover. `default_matrix.py` is the matrix of
  a chart without one, and `matrix_gaps.py` what a matrix leaves out.
- Cases of the schema: `schema_cases.py` with `random_values.py` and `mutations.py`; `hostile_cases.py`.
- Values for `chartgate live`: `live_places.py`, `other_values.py` and `live_bases.py`.
- `selection.py` chooses the cases of a run. `minimal_values.py` makes the values small that show a defect.
"""
