// Arithmetic of four numbers at once, as instructions of vector registers.
//
// Swift's own SIMD4<Float> spells its arithmetic out number by number and leaves it to the optimiser
// to find the vectors again, which it does in part. Swift sees `cl_lanes` as SIMD4<Float>.

#pragma once

typedef float cl_lanes __attribute__((ext_vector_type(4)));
typedef int cl_whole __attribute__((ext_vector_type(4)));

#define CL_INLINE static inline __attribute__((always_inline))

CL_INLINE cl_lanes cl_all(float a) { return a; }
CL_INLINE cl_lanes cl_add(cl_lanes a, cl_lanes b) { return a + b; }
CL_INLINE cl_lanes cl_subtract(cl_lanes a, cl_lanes b) { return a - b; }
CL_INLINE cl_lanes cl_multiply(cl_lanes a, cl_lanes b) { return a * b; }
CL_INLINE cl_lanes cl_negate(cl_lanes a) { return -a; }
CL_INLINE cl_lanes cl_square_root(cl_lanes a) { return __builtin_elementwise_sqrt(a); }

CL_INLINE cl_whole cl_bits(cl_lanes a) { return (cl_whole)a; }
CL_INLINE cl_lanes cl_of_bits(cl_whole a) { return (cl_lanes)a; }
CL_INLINE cl_lanes cl_of_whole(cl_whole a) { return __builtin_convertvector(a, cl_lanes); }

// All bits of a number are set where it holds, none where it does not, as with not-a-number.
CL_INLINE cl_whole cl_is_less(cl_lanes a, cl_lanes b) { return a < b; }
CL_INLINE cl_whole cl_is_equal(cl_lanes a, cl_lanes b) { return a == b; }
// `a` where the mask is set, else `b`.
CL_INLINE cl_lanes cl_choose(cl_whole mask, cl_lanes a, cl_lanes b) {
  return (cl_lanes)(((cl_whole)a & mask) | ((cl_whole)b & ~mask));
}

// a0 b0 a1 b1, and a2 b2 a3 b3.
CL_INLINE cl_lanes cl_interleave_low(cl_lanes a, cl_lanes b) {
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}
CL_INLINE cl_lanes cl_interleave_high(cl_lanes a, cl_lanes b) {
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
