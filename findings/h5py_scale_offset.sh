#!/usr/bin/env bash
# h5py 3.14.0 (HDF5 1.14.6): integers stored with scaleoffset=0, "lossless", whose spread is half of their type's range or more.
# Expected: what is written comes back; the filter is documented to choose as many bits as the data need.
# Happened: writing succeeds without a word, and reading ends in an error: the numbers are in the file in full, but nothing
#   reads them any more. The same with int32, int16 and other types, as with -90..90 in int8.
. "$(dirname "$0")/python.sh"
packages h5py==3.14.0 numpy==2.4.6
seen 'int8 from 0 to 100: the same
int8 from -40 to 40: the same
int8 from -90 to 90: OSError
int32 from -2147483648 to 2147483647: OSError' <<'PYTHON'
import h5py, numpy as np
for dtype, least, most in (('int8', 0, 100), ('int8', -40, 40), ('int8', -90, 90), ('int32', -(2**31), 2**31 - 1)):
    data = np.array([least, 1, most], dtype)
    with h5py.File('numbers.h5', 'w') as f:
        f.create_dataset('a', data=data, chunks=(3,), scaleoffset=0)
    try:
        with h5py.File('numbers.h5') as f:
            same = (f['a'][:] == data).all()
        print(f'{dtype} from {least} to {most}:', 'the same' if same else 'other numbers')
    except OSError:
        print(f'{dtype} from {least} to {most}: OSError')
PYTHON
