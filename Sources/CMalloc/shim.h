#ifndef LEDGERSTONE_CMALLOC_SHIM_H
#define LEDGERSTONE_CMALLOC_SHIM_H
#include <malloc.h>
#endif
