#ifndef LEDGERSTONE_BASELINE_H
#define LEDGERSTONE_BASELINE_H

#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

/// Byte strings one after the other: string i ends at ends[i].
struct baseline_strings {
  const uint8_t *bytes;
  const size_t *ends;
};

/// The records `first..<last` of one group, and the raw bytes of the blocks that store them.
struct baseline_group {
  struct baseline_strings leaves;       // complete headers, as the tree hashes them
  struct baseline_strings commitments;  // salt and body
  size_t first, last;
  const uint8_t *headers, *bodies;      // what goes into header and body blocks
  size_t header_bytes, body_bytes;
};

/// Bytes that `baseline_append` may write for `group`.
size_t baseline_bound(const struct baseline_group *group);

/// LZ4, leaf, node and commitment hash of one group: what an append cannot do without.
///
/// Returns the bytes written to `output`, or 0 if LZ4 failed. `digest` (32 bytes) depends on every
/// hash, so that none is optimised away.
size_t baseline_append(const struct baseline_group *group, uint8_t *output, uint8_t *digest);

/// What a check of the same group cannot do without: LZ4 the other way, and the same hashes.
///
/// `stored` is what `baseline_append` wrote. Returns 0 if it does not expand.
int baseline_verify(const struct baseline_group *group, const uint8_t *stored, uint8_t *digest);

/// digest = SHA-256(previous, bytes): one element of a hash chain.
void baseline_chain(const uint8_t *previous, const void *bytes, size_t count, uint8_t *digest);

/// SQLITE_STATIC, which is a cast that Swift does not import.
static inline sqlite3_destructor_type baseline_static(void) { return SQLITE_STATIC; }

/// The processors that the calling thread may run on, ascending; how many, at most `limit`.
int baseline_processors(int *processors, int limit);

/// Lets the calling thread run on these processors only.
void baseline_restrict(const int *processors, int count);

#endif
