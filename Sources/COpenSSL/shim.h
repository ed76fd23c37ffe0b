#ifndef LEDGERSTONE_COPENSSL_SHIM_H
#define LEDGERSTONE_COPENSSL_SHIM_H
// The low-level digest calls are deprecated since OpenSSL 3.0 but are the only ones that neither
// fetch nor allocate per call.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#endif
