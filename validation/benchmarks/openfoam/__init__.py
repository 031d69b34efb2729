"""The half cold aisle written, run and read as an OpenFOAM v1912 case (buoyantBoussinesqSimpleFoam)."""
