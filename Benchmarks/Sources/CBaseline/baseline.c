#define _GNU_SOURCE
// The low-level digest calls neither fetch nor allocate per call.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "baseline.h"
#include <lz4.h>
#include <openssl/sha.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { block_bytes = 64 * 1024 };

static void store(const SHA256_CTX *context, uint8_t *digest) {
  for (int i = 0; i < 8; i++) {
    const uint32_t word = context->h[i];
    digest[4 * i] = (uint8_t)(word >> 24);
    digest[4 * i + 1] = (uint8_t)(word >> 16);
    digest[4 * i + 2] = (uint8_t)(word >> 8);
    digest[4 * i + 3] = (uint8_t)word;
  }
}

static void hash(int prefix, const uint8_t *bytes, size_t count, uint8_t *digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  if (prefix >= 0) {
    const uint8_t byte = (uint8_t)prefix;
    SHA256_Update(&context, &byte, 1);
  }
  SHA256_Update(&context, bytes, count);
  SHA256_Final(digest, &context);
}

// 65 bytes, laid out as two blocks: faster than three updates.
static void node(const uint8_t *left, const uint8_t *right, uint8_t *digest) {
  uint8_t blocks[128] = {1};
  memcpy(blocks + 1, left, 32);
  memcpy(blocks + 33, right, 32);
  blocks[65] = 0x80;
  blocks[126] = (65 * 8) >> 8;
  blocks[127] = (65 * 8) & 255;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Transform(&context, blocks);
  SHA256_Transform(&context, blocks + 64);
  store(&context, digest);
}

static void hashes(const struct baseline_group *group, uint8_t *digest) {
  uint8_t leaf[32], commitment[32];
  memset(digest, 0, 32);
  for (size_t i = group->first; i < group->last; i++) {
    const size_t start = i == 0 ? 0 : group->leaves.ends[i - 1];
    hash(0, group->leaves.bytes + start, group->leaves.ends[i] - start, leaf);
    const size_t from = i == 0 ? 0 : group->commitments.ends[i - 1];
    hash(-1, group->commitments.bytes + from, group->commitments.ends[i] - from, commitment);
    for (int k = 0; k < 32; k++) leaf[k] ^= commitment[k];
    node(digest, leaf, digest);
  }
}

size_t baseline_bound(const struct baseline_group *group) {
  const size_t raw = group->header_bytes + group->body_bytes;
  return raw + raw / 255 + (raw / block_bytes + 2) * 32;
}

static size_t compress(const uint8_t *raw, size_t count, uint8_t *output) {
  size_t written = 0;
  for (size_t offset = 0; offset < count; offset += block_bytes) {
    const size_t size = count - offset < block_bytes ? count - offset : block_bytes;
    const int stored = LZ4_compress_default(
        (const char *)raw + offset, (char *)output + written + 4, (int)size,
        LZ4_compressBound((int)size));
    if (stored <= 0) return 0;
    const uint32_t length = (uint32_t)stored;
    memcpy(output + written, &length, 4);
    written += 4 + (size_t)stored;
  }
  return written;
}

size_t baseline_append(const struct baseline_group *group, uint8_t *output, uint8_t *digest) {
  hashes(group, digest);
  const size_t headers = compress(group->headers, group->header_bytes, output);
  const size_t bodies = compress(group->bodies, group->body_bytes, output + headers);
  return headers == 0 || bodies == 0 ? 0 : headers + bodies;
}

static const uint8_t *expand(const uint8_t *stored, size_t count) {
  char raw[block_bytes];
  for (size_t offset = 0; offset < count; offset += block_bytes) {
    const size_t size = count - offset < block_bytes ? count - offset : block_bytes;
    uint32_t length;
    memcpy(&length, stored, 4);
    if (LZ4_decompress_safe((const char *)stored + 4, raw, (int)length, (int)size) != (int)size)
      return NULL;
    stored += 4 + length;
  }
  return stored;
}

int baseline_verify(const struct baseline_group *group, const uint8_t *stored, uint8_t *digest) {
  stored = expand(stored, group->header_bytes);
  if (stored == NULL || expand(stored, group->body_bytes) == NULL) return 0;
  hashes(group, digest);
  return 1;
}

void baseline_chain(const uint8_t *previous, const void *bytes, size_t count, uint8_t *digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, previous, 32);
  SHA256_Update(&context, bytes, count);
  SHA256_Final(digest, &context);
}

int baseline_processors(int *processors, int limit) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  int count = 0;
  for (int i = 0; i < CPU_SETSIZE && count < limit; i++)
    if (CPU_ISSET(i, &set)) processors[count++] = i;
  return count;
}

void baseline_restrict(const int *processors, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; i++) CPU_SET(processors[i], &set);
  sched_setaffinity(0, sizeof set, &set);
}
