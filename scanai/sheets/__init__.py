"""Pictures of simulated scans for people to look at: contact sheets of a recipe, test objects.

What is drawn was simulated in `synth`; colours are those of `render`. Nothing is measured here.
"""
