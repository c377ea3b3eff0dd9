package storetest

// The words of which a crowd is made.
var (
	people   = []string{"ada", "grace", "alan", "edsger", "barbara", "donald", "leslie", "margaret", "niklaus", "radia", "tony", "vint"}
	places   = []string{"north", "south", "harbor", "hill", "river", "desert", "forest", "island"}
	bases    = []string{"alpine", "debian", "ubuntu", "rockylinux"}
	tags     = []string{"latest", "stable", "dev", "1.0", "1.1", "2.0", "2026.11", "cuda13"}
	arches   = []string{"amd64", "amd64", "amd64", "amd64", "amd64", "amd64", "arm64", "arm64", "ppc64le"}
	subjects = []string{"genomics", "neuro", "climate", "astro", "proteins", "imaging", "fluids", "solids", "robots", "speech", "ocean",
		"cells", "plasma", "materials", "traffic", "energy"}
	tools = []string{"samtools", "bwa", "gromacs", "openmpi", "pytorch", "tensorflow", "fsl", "freesurfer", "openfoam", "lammps", "namd",
		"quantum", "blast", "hmmer", "salmon", "star", "kallisto", "nextflow", "snakemake", "julia", "octave", "paraview", "vtk", "gdal",
		"wrf", "cesm", "nemo", "root", "geant", "pythia", "ants", "mrtrix", "dcm", "itk", "opencv", "ffmpeg", "whisper", "kaldi", "spark",
		"dask", "ray", "hdf", "netcdf", "fftw", "blas", "lapack", "petsc", "trilinos", "sundials", "cuda", "rocm", "oneapi"}
)
