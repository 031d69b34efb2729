"""Three-dimensional fields: grid from boxes, objects to cells and faces, boundary conditions, the steady solver."""
