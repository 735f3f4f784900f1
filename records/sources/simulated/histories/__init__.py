"""The second edition of the simulation: the same births as whole English histories, written down day by day.

`parameters` reads scenarios/england/histories.toml; `clock` dates each pregnancy; `observed` writes down what care came
to know; `histories` puts them together.
"""
