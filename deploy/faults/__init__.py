"""`script/test-cluster`: load on the reference cluster, faults in turn, and the counting of what was acknowledged."""
