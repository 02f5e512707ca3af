// zlib as its package ships it.
#include <zlib.h>
