// ConcurrencyKit as its package ships it. ck_pr and ck_ring are header-only, so nothing is linked.
#include <ck_pr.h>
#include <ck_ring.h>
