#include <zlib.h>

// Macros that Swift cannot import.

// bits: 15 for zlib's own frame, -15 for bare deflate as in zip files.
static inline int cz_inflate_init(z_stream *stream, int bits) {
  return inflateInit2(stream, bits);
}
